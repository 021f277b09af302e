import { handKey } from '../../domain/byHand.ts';
import { undoByHand } from '../../services/undoByHand.ts';
import { drawLetterPreview } from '../../services/letterPdf.ts';
import { dropDraft, saveDraft } from '../../services/saveDraft.ts';
import { sendIfFree } from '../../services/sendIfFree.ts';
import { writeByHand, type Written } from '../../services/writeByHand.ts';
import { reminderByKey } from '../../store/reminders.ts';
import { sendFramed } from '../framed.ts';
import { keptFor } from '../templates/kept.ts';
import type { Route, Visit, Web } from '../visit.ts';
import { askedIds, draftOfFields, type Fields, isTouched, MOST, sentFields } from './fields.ts';
import { channelOf, draftKey, refuse, restored, show, TOO_MANY, whatIsAsked } from './showing.ts';
import { done, letterDone } from './afterwards.ts';
import { keepAsTemplate } from './keeping.ts';
import { addressErrors } from './view.ts';
import { isWorse, signsOf } from './warnings.ts';
import { openWindow, type OpenWindow, withPick } from './window.ts';

/** The sending window: a reminder by hand about invoices of one customer, looked at, changed and sent (SPEC §5). */
export const sendingRoutes: readonly Route[] = [
  { method: 'get', path: '/sending/previews/:token', allow: 'colleague', run: (visit) => previewPage(visit) },
  { method: 'get', path: '/sending/previews/:token/letter.pdf', allow: 'colleague', run: (visit) => previewPdf(visit) },
  { method: 'get', path: '/sending/letters/:id', allow: 'colleague', run: letterDone },
  { method: 'post', path: '/sending/:id/undo', allow: 'colleague', run: undo },
  ...(['email', 'letter'] as const).flatMap((channel): Route[] => [
    { method: 'get', path: `/sending/${channel}`, allow: 'colleague', run: open },
    { method: 'post', path: `/sending/${channel}`, allow: 'colleague', run: send },
    { method: 'post', path: `/sending/${channel}/choice`, allow: 'colleague', run: choose },
    { method: 'post', path: `/sending/${channel}/preview`, allow: 'colleague', run: preview },
    { method: 'post', path: `/sending/${channel}/template`, allow: 'owner', run: keepAsTemplate },
    { method: 'delete', path: `/sending/${channel}/draft`, allow: 'colleague', run: startOver },
  ]),
];

/** Ticked rows come as a form; their window has an address of its own. */
function choose(visit: Visit, web: Web): Promise<void> | void {
  const ids = askedIds(visit);
  if (ids.length > MOST) return refuse(visit, web, TOO_MANY);
  const params = new URLSearchParams(ids.map((id): [string, string] => ['ids', String(id)]));
  visit.redirect(`/sending/${channelOf(visit)}?${params.toString()}`);
}

/** The window, with what its user began to write about the same. */
async function open(visit: Visit, web: Web): Promise<void> {
  const asked = await whatIsAsked(visit, web);
  if (!asked.ok) return refuse(visit, web, asked.none);
  const { fields, begunAt } = await restored(visit, web, asked.fields);
  const opened = await openWindow(web.db, visit, channelOf(visit), fields);
  if (!opened.ok) return refuse(visit, web, opened.none);
  return show(visit, web, opened.window, { begunAt });
}

/** What the form holds now, seen as it would leave, and kept as a draft. */
async function preview(visit: Visit, web: Web): Promise<void> {
  const sent = sentFields(visit);
  if (!sent) return refuse(visit, web, { reason: 'no_invoice', about: [], ids: [] });
  const fields = withPick(sent, visit.field('pick'));
  const opened = await openWindow(web.db, visit, channelOf(visit), fields);
  if (!opened.ok) return refuse(visit, web, opened.none);
  const { window } = opened;
  await keepDraft(visit, web, window);
  return show(visit, web, window, { live: visit.partial });
}

async function keepDraft(visit: Visit, { db, clock }: Web, { fields }: OpenWindow): Promise<void> {
  const of = draftKey(visit, fields);
  const words = isTouched(fields) ? fields.words : null;
  if (of) await saveDraft(db, of, { ...draftOfFields({ ...fields, words }) }, { formKey: fields.formKey, clock });
}

async function startOver(visit: Visit, { db }: Web): Promise<void> {
  const sent = sentFields(visit);
  const of = sent && draftKey(visit, sent);
  if (of) await dropDraft(db, of);
  const back = visit.field('back');
  const url = /^\/sending\/(email|letter)\?[\w%&=.-]*$/.test(back) ? back : '/invoices';
  // In the window the same address is asked for again; a page of its own goes there.
  if (visit.partial) return visit.fragment('sending/again.njk', { url });
  return visit.redirect(url);
}

/** Once per form, however often it comes: into the outbox, unless the facts got worse since they were shown. */
async function send(visit: Visit, web: Web): Promise<void> {
  const fields = sentFields(visit);
  if (!fields) return refuse(visit, web, { reason: 'no_invoice', about: [], ids: [] });
  const before = await sentBefore(web, fields);
  if (before !== null) return done(visit, web, { kind: 'already', reminderId: before });
  const opened = await openWindow(web.db, visit, channelOf(visit), fields);
  if (!opened.ok) return refuse(visit, web, opened.none);
  const { window } = opened;
  const errors = addressErrors(window, visit);
  if (Object.keys(errors).length > 0 || window.nothingTicked) return show(visit, web, window, { errors, status: 422 });
  if (gotWorse(window, fields, visit)) {
    // A second click may have overtaken the first: then the new reminder under way is our own.
    const own = await sentBefore(web, fields);
    if (own !== null) return done(visit, web, { kind: 'already', reminderId: own });
    return show(visit, web, window, { status: 422 });
  }
  const written = await writeByHand(web.db, window.occasion, window.choice, visit.settings, visit.today);
  if (!written.ok) return show(visit, web, window, { errors: refusalErrors(written, visit), status: 422 });
  const sent = await hand(visit, web, window, written);
  if (sent) return done(visit, web, sent);
  const anew = await openWindow(web.db, visit, channelOf(visit), fields);
  return anew.ok ? show(visit, web, anew.window, { status: 422 }) : refuse(visit, web, anew.none);
}

const sentBefore = async ({ db }: Web, { formKey }: Fields): Promise<number | null> =>
  (await reminderByKey(db, handKey(formKey)))?.id ?? null;

function gotWorse({ occasion, leftOut }: OpenWindow, { seen }: Fields, visit: Visit): boolean {
  return leftOut.length > 0 || isWorse(signsOf(occasion.invoices, occasion.weighed, visit), seen ?? new Set());
}

function hand(
  visit: Visit,
  { db, clock }: Web,
  { occasion, fields }: OpenWindow,
  written: Extract<Written, { ok: true }>,
): ReturnType<typeof sendIfFree> {
  const { settings, today: day, user } = visit;
  const of = draftKey(visit, fields);
  const words = isTouched(fields) ? fields.words : null;
  return sendIfFree(db, occasion, written, {
    formKey: fields.formKey,
    completes: fields.completes === true,
    settings,
    day,
    clock,
    userId: user?.id ?? null,
    ...(of && { draft: { of, content: { ...draftOfFields({ ...fields, words }) } } }),
  });
}

function refusalErrors(written: Extract<Written, { ok: false }>, { t }: Visit): Record<string, string> {
  const names = written.addresses.join(', ');
  if (written.reason === 'no_recipient') return { to: t('sending.noRecipient') };
  if (written.reason === 'bad_address')
    return { to: t('sending.notAnAddress', { count: written.addresses.length, addresses: names }) };
  if (written.reason === 'document_missing') return { message: t('sending.documentMissing', { names }) };
  if (written.reason === 'no_words') return { message: t('sending.noWords') };
  if (written.reason === 'no_postal_address') return { message: t('sending.noPostalAddress') };
  return { message: t('sending.templateBroken') };
}

async function undo(visit: Visit, { db, clock }: Web): Promise<void> {
  const reason = visit.t('sending.undone');
  const undone = await undoByHand(db, visit.id(), { reason, clock, userId: visit.user?.id ?? null });
  visit.redirect('/invoices', { key: undone ? 'sending.undone' : 'sending.tooLate' });
}

/** A message that is being written, in a frame without scripts; of this moment, and its writer's alone. */
function previewPage(visit: Visit): Promise<void> | void {
  const html = keptFor(visit.user?.id ?? 0, String(visit.request.params.token));
  if (typeof html !== 'string') return visit.notFound();
  sendFramed(visit.response, html);
}

async function previewPdf(visit: Visit): Promise<void> {
  const kept = keptFor(visit.user?.id ?? 0, String(visit.request.params.token));
  if (!Buffer.isBuffer(kept)) return visit.notFound();
  const pdf = await drawLetterPreview({ letter: JSON.parse(kept.toString('utf8')) as never });
  if (!pdf) return visit.notFound();
  visit.response.set('Content-Disposition', 'inline; filename="letter.pdf"').type('application/pdf').send(pdf);
}
