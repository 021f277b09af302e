import { randomUUID } from 'node:crypto';
import { cancelReminder } from '../../services/cancelReminder.ts';
import { type Prepared, prepareByHand, sendByHand } from '../../services/sendByHand.ts';
import { customersById } from '../../store/customers.ts';
import { formatMoney } from '../../i18n/format.ts';
import type { Key } from '../../i18n/translate.ts';
import { sendFramed } from '../framed.ts';
import type { Route, Visit, Web } from '../visit.ts';

/** A reminder by hand, about one invoice or several of one customer: look at it, choose its template, send it. */
export const sendingRoutes: readonly Route[] = [
  { method: 'get', path: '/sending/email', allow: 'colleague', run: (visit, web) => show(visit, web, 'email') },
  { method: 'get', path: '/sending/letter', allow: 'colleague', run: (visit, web) => show(visit, web, 'letter') },
  { method: 'get', path: '/sending/:channel/body', allow: 'colleague', run: body },
  { method: 'post', path: '/sending/email/choice', allow: 'colleague', run: (visit) => choose(visit, 'email') },
  { method: 'post', path: '/sending/letter/choice', allow: 'colleague', run: (visit) => choose(visit, 'letter') },
  { method: 'post', path: '/sending/email', allow: 'colleague', run: (visit, web) => send(visit, web, 'email') },
  { method: 'post', path: '/sending/letter', allow: 'colleague', run: (visit, web) => send(visit, web, 'letter') },
  { method: 'post', path: '/sending/:id/undo', allow: 'colleague', run: undo },
];

type Channel = 'email' | 'letter';

const REFUSALS: Record<Extract<Prepared, { ok: false }>['reason'], Key> = {
  no_invoice: 'sending.noInvoice',
  several_customers: 'sending.severalCustomers',
  several_currencies: 'sending.severalCurrencies',
  settled: 'sending.settled',
  no_template: 'sending.noTemplate',
  no_recipient: 'sending.noRecipient',
  template_broken: 'sending.templateBroken',
};

const idsOf = (visit: Visit): number[] => {
  const given = (visit.request.body as { ids?: unknown } | undefined)?.ids ?? visit.request.query.ids ?? [];
  return [given]
    .flat()
    .map(Number)
    .filter((id) => Number.isSafeInteger(id) && id > 0)
    .slice(0, 500);
};

const paramsOf = (ids: readonly number[], template?: number): string => {
  const params = new URLSearchParams(ids.map((id): [string, string] => ['ids', String(id)]));
  if (template !== undefined) params.set('template', String(template));
  return params.toString();
};

/** Ticked rows come as a form; their page has an address of its own. */
const choose = (visit: Visit, channel: Channel): void =>
  visit.redirect(`/sending/${channel}?${paramsOf(idsOf(visit))}`);

const prepare = (visit: Visit, { db }: Web, channel: Channel): Promise<Prepared> =>
  prepareByHand(
    db,
    { channel, invoiceIds: idsOf(visit), templateId: Number(visit.field('template')) || null },
    visit.settings,
    visit.today,
  );

async function show(visit: Visit, web: Web, channel: Channel): Promise<void> {
  const prepared = await prepare(visit, web, channel);
  if (!prepared.ok) return refuse(visit, prepared.reason);
  const { invoices, templates, templateId, content } = prepared;
  const ids = invoices.map(({ id }) => id);
  const customerId = invoices[0]?.customerId ?? 0;
  const customer = (await customersById(web.db, [customerId])).get(customerId);
  return visit.page('sending/show.njk', {
    channel,
    ids,
    templateId,
    formKey: randomUUID(),
    customer: customer?.name ?? '',
    subject: content.subject,
    recipients: content.recipients.map(({ name, address }) => (name ? `${name} <${address}>` : address)),
    attachments: content.attachments.map(({ name }) => name),
    invoices: invoices.map(
      ({ number, outstanding, currency }) => `${number}, ${formatMoney(outstanding, currency, visit.language)}`,
    ),
    templates: templates.map(({ id, name }) => ({
      name,
      chosen: id === templateId,
      url: `/sending/${channel}?${paramsOf(ids, id)}`,
    })),
    bodyUrl: `/sending/${channel}/body?${paramsOf(ids, templateId)}`,
  });
}

const refuse = (visit: Visit, reason: Extract<Prepared, { ok: false }>['reason']): Promise<void> =>
  visit.page('layouts/message.njk', { title: visit.t('sending.notPossible'), text: visit.t(REFUSALS[reason]) }, 422);

/** The words as they would leave, in a frame without scripts. */
async function body(visit: Visit, web: Web): Promise<void> {
  const prepared = await prepare(visit, web, visit.request.params.channel === 'letter' ? 'letter' : 'email');
  if (!prepared.ok) return visit.notFound();
  sendFramed(visit.response, prepared.content.html);
}

async function send(visit: Visit, web: Web, channel: Channel): Promise<void> {
  const formKey = visit.field('formKey');
  if (!/^[\w-]{20,60}$/.test(formKey)) return refuse(visit, 'no_invoice');
  const prepared = await prepare(visit, web, channel);
  if (!prepared.ok) return refuse(visit, prepared.reason);
  const { settings, today: day, user } = visit;
  const id = await sendByHand(web.db, prepared, { formKey, settings, day, clock: web.clock, userId: user?.id ?? null });
  if (id === null) return visit.redirect('/outbox', { key: 'sending.already' });
  return visit.redirect('/outbox', {
    key: channel === 'letter' ? 'sending.letterQueued' : 'sending.queued',
    undo: `/sending/${id}/undo`,
  });
}

async function undo(visit: Visit, { db, clock }: Web): Promise<void> {
  const reason = visit.t('sending.undone');
  const undone = await cancelReminder(db, visit.id(), { reason, skip: false, clock, userId: visit.user?.id ?? null });
  visit.redirect('/outbox', { key: undone ? 'sending.undone' : 'sending.tooLate' });
}
