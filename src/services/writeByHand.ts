import { isAddress } from '../domain/address.ts';
import type { Day } from '../domain/calendar.ts';
import { addressees, type Contact } from '../domain/customer.ts';
import type { Message } from '../domain/decision.ts';
import type { Settings } from '../domain/settings.ts';
import { composeSheet, type MailContent } from '../mail/compose.ts';
import { withPicture } from '../mail/payment.ts';
import { type Personal, personalise } from '../mail/personalise.ts';
import { type FieldProblem, renderTemplate } from '../mail/renderTemplate.ts';
import { sanitise } from '../mail/sanitise.ts';
import type { CustomerDetails } from '../store/customers.ts';
import type { Db } from '../store/database.ts';
import type { DocumentFile } from '../store/documents.ts';
import type { ReminderContent } from '../store/reminders.ts';
import { type Template, versionFor } from '../store/templates.ts';
import { composeReminder, loadMaterials, mailContentOf, type Materials } from './composeReminders.ts';
import type { Occasion } from './findOccasion.ts';

export interface HandRecipient {
  kind: 'to' | 'cc';
  name: string;
  address: string;
}

/** What a person chose; null means: as it is proposed. */
export interface Choice {
  templateId: number | null;
  /** Subject and body as templates are written, with variables. */
  words: { subject: string; body: string } | null;
  recipients: readonly HandRecipient[] | null;
  /** The ids of the documents to attach. */
  documentIds: readonly number[] | null;
  /** Who gets a blind copy, beside the one that the settings name. */
  copyTo: string | null;
}

export const AS_PROPOSED: Choice = { templateId: null, words: null, recipients: null, documentIds: null, copyTo: null };

/** A message that can be sent, or what keeps it from being sent. */
export type Written =
  | { ok: true; template: Template; message: Message; content: ReminderContent }
  | {
      ok: false;
      reason:
        | 'no_recipient'
        | 'bad_address'
        | 'no_postal_address'
        | 'document_missing'
        | 'no_words'
        | 'template_broken';
      /** What it is about: addresses that are none, or the names of documents whose bytes are gone. */
      addresses: readonly string[];
      problems: readonly FieldProblem[];
    };

/** A message to be looked at: the page that shows it, or what keeps its words from being filled in. */
export type Shown =
  | { ok: true; html: string; content: ReminderContent }
  | { ok: false; problems: readonly FieldProblem[] };

/** What the window opens with: the template's words for this message, its language, and whom they would go to. */
export interface Proposal {
  template: Template;
  language: string;
  /** Null when the template cannot be filled in for this message. */
  words: Personal | null;
  recipients: readonly Contact[];
}

/** What is proposed with a choice: its template's own words, the fitting template where none is named. */
export async function proposeByHand(
  db: Db,
  occasion: Occasion,
  choice: Choice,
  settings: Settings,
  day: Day,
): Promise<Proposal> {
  const job = await jobOf(db, occasion, { ...choice, words: null }, settings, day);
  const recipients = addressees(occasion, []);
  return { template: job.template, language: job.language, words: personalWords(job), recipients };
}

function personalWords({ version, mailContent }: Job): Personal | null {
  try {
    return personalise(version, mailContent);
  } catch {
    return null;
  }
}

/** The page of a message as it would leave, complete or not: whoever has not chosen a recipient yet sees it too. */
export async function showByHand(
  db: Db,
  occasion: Occasion,
  choice: Choice,
  settings: Settings,
  day: Day,
): Promise<Shown> {
  const job = await jobOf(db, occasion, choice, settings, day);
  const problems = choice.words ? await problemsOf(choice.words, job, occasion.channel) : [];
  if (problems.length > 0) return { ok: false, problems };
  const composed = composeReminder(job.message, job.materials, day);
  if (!composed.ok) return { ok: false, problems: [] };
  const { content } = composed;
  if (occasion.channel === 'email')
    return { ok: true, html: await withPicture(content.html, content.paymentCode), content };
  const words = { subject: job.version.subject, body: sanitise(job.version.body) };
  return { ok: true, html: composeSheet(words, job.mailContent).html, content };
}

/** Puts what a person chose into words, as it would leave: the same composing as the run's. Nothing is written. */
export async function writeByHand(
  db: Db,
  occasion: Occasion,
  choice: Choice,
  settings: Settings,
  day: Day,
): Promise<Written> {
  const { channel, customer } = occasion;
  const wrong = (choice.recipients ?? []).map(({ address }) => address).filter((address) => !isAddress(address));
  if (channel === 'email' && wrong.length > 0) return refused('bad_address', { addresses: wrong });
  if (channel === 'letter' && !hasPostalAddress(customer)) return refused('no_postal_address');
  const gone = chosenDocuments(occasion, choice).filter(({ size }) => size === 0);
  if (gone.length > 0) return refused('document_missing', { addresses: gone.map(({ name }) => name) });
  if (choice.words && isWordless(choice.words)) return refused('no_words');
  const job = await jobOf(db, occasion, choice, settings, day);
  const problems = choice.words ? await problemsOf(choice.words, job, channel) : [];
  if (problems.length > 0) return refused('template_broken', { problems });
  const composed = composeReminder(job.message, job.materials, day);
  if (!composed.ok) return refused('template_broken');
  const content = { ...composed.content, recipients: recipientsOf(composed.content, choice.copyTo) };
  if (channel === 'email' && !content.recipients.some(({ kind }) => kind === 'to')) return refused('no_recipient');
  return { ok: true, template: job.template, message: job.message, content };
}

const refused = (
  reason: Extract<Written, { ok: false }>['reason'],
  { addresses = [], problems = [] }: { addresses?: readonly string[]; problems?: readonly FieldProblem[] } = {},
): Written => ({ ok: false, reason, addresses, problems });

/** A letter needs a town, and a street or at least a postcode. */
export const chosenDocuments = ({ documents }: Occasion, { documentIds }: Choice): DocumentFile[] =>
  documentIds ? documents.filter(({ id }) => documentIds.includes(id)) : documents;

/** Whether a letter would find the customer. */
export const hasPostalAddress = ({ street, postcode, city }: CustomerDetails): boolean =>
  city !== '' && (street !== '' || postcode !== '');

/** A choice worked out: the message, what it is composed of, and the words that it begins with. */
interface Job {
  template: Template;
  version: { subject: string; body: string };
  language: string;
  message: Message;
  materials: Materials;
  mailContent: MailContent;
}

async function jobOf(db: Db, occasion: Occasion, choice: Choice, settings: Settings, day: Day): Promise<Job> {
  const { templates, customer } = occasion;
  const template = templates.find(({ id }) => id === choice.templateId) ?? templates[0];
  if (!template) throw new RangeError('an occasion without a template');
  const message = messageOf(occasion, template);
  const stored = versionFor(template, customer.language, settings.language);
  const language = stored?.language ?? customer.language;
  const version = choice.words ?? stored ?? { subject: '', body: '' };
  const materials = await loadMaterials(db, settings, [message]);
  if (choice.words) {
    const own = { language, subject: choice.words.subject, body: sanitise(choice.words.body) };
    materials.templates = new Map([[template.id, { ...template, versions: [own] }]]);
  }
  if (choice.recipients)
    materials.contacts = new Map([[customer.id, choice.recipients.map((one) => contactOf(one, occasion))]]);
  if (choice.documentIds)
    materials.documents = Map.groupBy(chosenDocuments(occasion, choice), ({ invoiceId }) => invoiceId);
  const mailContent = mailContentOf(message, materials, language, day);
  return { template, version, language, message, materials, mailContent };
}

function messageOf({ channel, customer, currency, invoices }: Occasion, template: Template): Message {
  return {
    key: '',
    customerId: customer.id,
    planId: 0,
    currency,
    action: channel,
    templateId: template.id,
    roles: [],
    stepId: null,
    stepName: null,
    deadlineDays: null,
    occurrenceOn: null,
    lines: invoices.map(({ id, number, outstanding }) => ({ invoiceId: id, number, outstanding, completes: null })),
    credits: [],
    total: invoices.reduce((sum, { outstanding }) => sum + outstanding, 0),
  };
}

/** An address that a person typed for once belongs to no contact. */
const NOBODY = 0;

/** Somebody whom a person writes to: one of the customer's contacts, or an address of its own. */
function contactOf({ kind, name, address }: HandRecipient, { contacts }: Occasion): Contact {
  const known = contacts.find(({ email }) => email?.toLowerCase() === address.toLowerCase());
  return {
    id: known?.id ?? NOBODY,
    name: name || (known?.name ?? ''),
    role: '',
    email: address,
    phone: null,
    receives: kind,
    // Whoever writes there by hand may know that it works again.
    refusedOn: null,
  };
}

function recipientsOf({ recipients }: ReminderContent, copyTo: string | null): ReminderContent['recipients'] {
  const known = recipients.map((one) => (one.contactId === NOBODY ? { ...one, contactId: null } : one));
  const has = known.some(({ address }) => address.toLowerCase() === copyTo?.toLowerCase());
  return copyTo && !has ? [...known, { kind: 'bcc', name: '', address: copyTo, contactId: null }] : known;
}

/** A message without a subject, or without a text, is a slip. */
const isWordless = ({ subject, body }: { subject: string; body: string }): boolean =>
  subject.trim() === '' || sanitise(body).replace(/<[^>]*>|&nbsp;|\s/g, '') === '';

/** Words that a person changed are tried out where they can do no harm (RELIABILITY S12). */
async function problemsOf(
  words: { subject: string; body: string },
  { template, mailContent }: Job,
  kind: 'email' | 'letter',
): Promise<readonly FieldProblem[]> {
  const rendering = await renderTemplate({ template: words, scope: template.scope, kind, contents: [mailContent] });
  return rendering.ok ? [] : rendering.problems;
}
