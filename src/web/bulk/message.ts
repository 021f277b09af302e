import { findOccasion } from '../../services/findOccasion.ts';
import { AS_PROPOSED, type Written, writeByHand } from '../../services/writeByHand.ts';
import { sendFramed } from '../framed.ts';
import type { Visit, Web } from '../visit.ts';
import { numbers } from './choice.ts';

/** One customer's very message, beside the list. */
export async function message(visit: Visit, web: Web): Promise<void> {
  const written = await writtenFor(visit, web);
  if (!written) return visit.notFound();
  const { customer, content, template } = written;
  return visit.page('bulk/message.njk', {
    customer,
    template: template.name,
    subject: content.subject,
    recipients: content.recipients.map(({ kind, name, address }) => ({
      kind: visit.t(`outbox.${kind}`),
      text: name ? `${name} <${address}>` : address,
    })),
    attachments: content.attachments.map(({ name }) => name),
    bodyUrl: `/sending/bulk/body?${queryOf(visit)}`,
  });
}

/** Its words in a frame without scripts. */
export async function body(visit: Visit, web: Web): Promise<void> {
  const written = await writtenFor(visit, web);
  if (!written) return visit.notFound();
  sendFramed(visit.response, written.content.html);
}

type Message = Extract<Written, { ok: true }> & { customer: string };

async function writtenFor(visit: Visit, { db }: Web): Promise<Message | null> {
  const { settings, today } = visit;
  const question = { channel: channelOf(visit), invoiceIds: numbers(visit, 'ids') };
  const found = await findOccasion(db, question, settings, today);
  if (!found.ok) return null;
  const choice = { ...AS_PROPOSED, templateId: Number(visit.field('template')) || null };
  const written = await writeByHand(db, found.occasion, choice, settings, today);
  return written.ok ? { ...written, customer: found.occasion.customer.name } : null;
}

const channelOf = (visit: Visit): 'email' | 'letter' => (visit.field('channel') === 'letter' ? 'letter' : 'email');

const queryOf = (visit: Visit): string =>
  new URLSearchParams({
    channel: channelOf(visit),
    template: visit.field('template'),
    ids: numbers(visit, 'ids').join(','),
  }).toString();
