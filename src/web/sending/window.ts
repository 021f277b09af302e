import {
  findOccasion,
  type Found,
  type HandChannel,
  type NoOccasion,
  type Occasion,
} from '../../services/findOccasion.ts';
import {
  type Choice,
  hasPostalAddress,
  proposeByHand,
  type Proposal,
  showByHand,
  type Shown,
} from '../../services/writeByHand.ts';
import type { Db } from '../../store/database.ts';
import type { DocumentFile } from '../../store/documents.ts';
import type { Visit } from '../visit.ts';
import { type Fields, isTouched, markOf } from './fields.ts';
import { recipientsOf, type Typed, written } from './recipients.ts';

/** The window worked out: what it is about, what was chosen, and the message that this makes. */
export interface OpenWindow {
  channel: HandChannel;
  /** What the form holds, with everything that was not chosen yet as it is proposed. */
  fields: Fields & { words: NonNullable<Fields['words']>; to: string; cc: string; templateId: number };
  /** All invoices that could be in the message, and those that are. */
  whole: Occasion;
  occasion: Occasion;
  proposal: Proposal;
  choice: Choice;
  shown: Shown;
  /** Numbers of invoices that were asked for and that nobody may be reminded of any more. */
  leftOut: string[];
  /** Nothing was ticked, so all is. */
  nothingTicked: boolean;
  /** The words in the form were put in the place of those that were sent. */
  wordsReplaced: boolean;
}

/** Why there can be no window. */
export type NoWindow = Omit<NoOccasion, 'reason'> & { reason: NoOccasion['reason'] | 'no_postal_address' | 'too_many' };
export type Opened = { ok: true; window: OpenWindow } | { ok: false; none: NoWindow };

/** Works the window out from what its form holds. Nothing is written. */
export async function openWindow(db: Db, visit: Visit, channel: HandChannel, fields: Fields): Promise<Opened> {
  const { settings, today, user } = visit;
  const find = (invoiceIds: readonly number[]): Promise<Found> =>
    findOccasion(db, { channel, invoiceIds }, settings, today);
  const { found, leftOut } = await withoutSettled(find, fields.offered);
  if (!found.ok) return { ok: false, none: found };
  const whole = found.occasion;
  if (channel === 'letter' && !hasPostalAddress(whole.customer))
    return { ok: false, none: { reason: 'no_postal_address', about: [whole.customer.name], ids: [] } };
  const ticked = whole.invoices.map(({ id }) => id).filter((id) => fields.ids.includes(id));
  const part = ticked.length === 0 || ticked.length === whole.invoices.length ? found : await find(ticked);
  if (!part.ok) return { ok: false, none: part };
  const { occasion } = part;
  const chosen = chosenOf(fields, occasion, user?.email ?? null);
  const proposal = await proposeByHand(db, occasion, chosen.choice, settings, today);
  const touched = isTouched(fields);
  const words = (touched ? fields.words : proposal.words) ?? { subject: '', body: '' };
  const choice = { ...chosen.choice, templateId: proposal.template.id, words: touched ? fields.words : null };
  return {
    ok: true,
    window: {
      channel,
      fields: {
        ...fields,
        offered: whole.invoices.map(({ id }) => id),
        ids: occasion.invoices.map(({ id }) => id),
        templateId: proposal.template.id,
        words: { subject: words.subject, body: words.body },
        was: touched ? fields.was || OWN_WORDS : markOf(words),
        ...chosen.shown,
      },
      whole,
      occasion,
      proposal,
      choice,
      shown: await showByHand(db, occasion, choice, settings, today),
      leftOut,
      nothingTicked: ticked.length === 0,
      wordsReplaced: touched ? fields.was === '' : markOf(words) !== fields.was,
    },
  };
}

/** The mark of no proposal: what bears it was written by a person. */
const OWN_WORDS = 'own';

/** What is paid or cancelled by now is left out, as long as something remains. */
async function withoutSettled(
  find: (ids: readonly number[]) => Promise<Found>,
  offered: readonly number[],
): Promise<{ found: Found; leftOut: string[] }> {
  const found = await find(offered);
  if (found.ok || found.reason !== 'settled') return { found, leftOut: [] };
  const rest = offered.filter((id) => !found.ids.includes(id));
  return rest.length === 0 ? { found, leftOut: [] } : { found: await find(rest), leftOut: found.about };
}

/** Recipients, documents and copy: as they were chosen, or as they are proposed. */
function chosenOf(
  fields: Fields,
  occasion: Occasion,
  ownAddress: string | null,
): { choice: Choice; shown: Pick<OpenWindow['fields'], 'to' | 'cc' | 'documents' | 'documentsShown'> } {
  const to = fields.to ?? proposedText(occasion, 'to');
  const cc = fields.cc ?? proposedText(occasion, 'cc');
  const documents = occasion.documents.filter(({ id }) => isChosen(id, fields));
  const shown = occasion.documents.map(({ id }) => id);
  return {
    choice: {
      templateId: fields.templateId,
      words: null,
      recipients: occasion.channel === 'email' ? recipientsOf(to, cc) : null,
      documentIds: idsOf(documents),
      copyTo: fields.copy ? ownAddress : null,
    },
    shown: { to, cc, documents: idsOf(documents), documentsShown: shown },
  };
}

const idsOf = (documents: readonly DocumentFile[]): number[] => documents.map(({ id }) => id);

/** A document that could not be chosen before is attached. */
const isChosen = (id: number, { documents, documentsShown }: Fields): boolean =>
  !documentsShown.includes(id) || documents.includes(id);

const proposedText = ({ contacts }: Occasion, kind: 'to' | 'cc'): string =>
  reachable(contacts)
    .filter(({ receives }) => receives === kind)
    .map((contact) => written(typedOf(contact)))
    .join(', ');

/** The contacts whose address works, as far as anybody knows. */
export const reachable = (contacts: Occasion['contacts']): Occasion['contacts'] =>
  contacts.filter(({ email, refusedOn }) => email !== null && refusedOn === null);

export const typedOf = ({ name, email }: Occasion['contacts'][number]): Typed => ({ name, address: email ?? '' });

/**
 * Another template: its words take the place of those in the window, which can be brought back once when somebody had
 * changed them. `before` brings them back.
 */
export function withPick(fields: Fields, pick: string): Fields {
  if (pick === 'before') {
    if (!fields.before) return fields;
    const { templateId, ...words } = fields.before;
    return { ...fields, templateId, words, was: '', before: null };
  }
  const templateId = Number(pick);
  if (!Number.isSafeInteger(templateId) || templateId <= 0) return fields;
  const touched = isTouched(fields) && fields.words;
  const before = touched ? { ...touched, templateId: fields.templateId } : fields.before;
  return { ...fields, templateId, words: null, was: '', before };
}
