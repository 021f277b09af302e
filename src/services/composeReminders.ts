import { addDays, type Day } from '../domain/calendar.ts';
import { type Contact, addressees } from '../domain/customer.ts';
import type { Message } from '../domain/decision.ts';
import { channelOf } from '../domain/plan.ts';
import type { Settings } from '../domain/settings.ts';
import { type LetterContent, windowFor } from '../domain/letter.ts';
import { type ComposedMail, composeMail, composeSheet, type MailContent } from '../mail/compose.ts';
import { composeLetter } from '../mail/composeLetter.ts';
import type { Db } from '../store/database.ts';
import { contactsOf, type CustomerDetails, customersById } from '../store/customers.ts';
import { type DocumentInfo, invoiceDocuments } from '../store/documents.ts';
import { type InvoiceDetails, invoicesById } from '../store/ledger.ts';
import type { ReminderContent } from '../store/reminders.ts';
import type { RunProblem } from '../store/runs.ts';
import { loadTemplates, type Template, versionFor } from '../store/templates.ts';

/** Everything that words are made of, loaded at once for many messages. */
export interface Materials {
  settings: Settings;
  customers: Map<number, CustomerDetails>;
  contacts: Map<number, Contact[]>;
  invoices: Map<number, InvoiceDetails>;
  documents: Map<number, DocumentInfo[]>;
  templates: Map<number, Template>;
}

/** A message in words, or why it could not be put into words. */
export type Composition = { ok: true; content: ReminderContent } | { ok: false; problem: RunProblem };

/** Loads what some messages need. */
export async function loadMaterials(db: Db, settings: Settings, messages: readonly Message[]): Promise<Materials> {
  const customerIds = [...new Set(messages.map(({ customerId }) => customerId))];
  const invoiceIds = [...new Set(messages.flatMap(({ lines }) => lines.map(({ invoiceId }) => invoiceId)))];
  return {
    settings,
    customers: await customersById(db, customerIds),
    contacts: await contactsOf(db, customerIds),
    invoices: await invoicesById(db, invoiceIds),
    documents: await invoiceDocuments(db, invoiceIds),
    templates: await loadTemplates(db),
  };
}

/** Puts a decided message into the customer's language. A template that cannot be rendered holds back this message alone. */
export function composeReminder(message: Message, materials: Materials, day: Day): Composition {
  const customer = materials.customers.get(message.customerId);
  if (!customer) throw new RangeError(`no customer ${message.customerId}`);
  const { settings, templates } = materials;
  const template = message.templateId === null ? null : templates.get(message.templateId);
  const version = template ? versionFor(template, customer.language, settings.language) : null;
  const attachments = attachmentsOf(message, materials);
  const recipients = recipientsOf(message, materials);
  const language = version?.language ?? customer.language;
  const isLetter = channelOf(message.action) === 'letter';
  let words: ComposedMail = { subject: '', html: '', text: '', paymentCode: '' };
  let letter: LetterContent | null = null;
  if (message.action !== 'call') {
    if (!version) return refused(message, customer, 'no_template', message.stepName ?? '');
    try {
      const mailContent = mailContentOf(message, materials, language, day);
      words = isLetter ? composeSheet(version, mailContent) : composeMail(version, mailContent);
      if (isLetter) letter = composeLetter(version, mailContent, frameOf(customer, settings));
    } catch (error) {
      return refused(message, customer, 'template_broken', `${template?.name ?? ''}: ${(error as Error).message}`);
    }
  }
  const { total, lines, credits } = message;
  const content = {
    language,
    templateId: message.templateId,
    ...words,
    total,
    lines,
    credits,
    recipients,
    attachments,
    paymentCode: letter?.payment?.code?.text ?? words.paymentCode,
    letter,
  };
  return { ok: true, content };
}

/** Where a letter comes from and goes to. */
const frameOf = (
  recipient: CustomerDetails,
  { company, language, letters }: Settings,
): Parameters<typeof composeLetter>[2] => ({
  window: windowFor(letters.window, company.country),
  sender: company,
  recipient,
  senderLanguage: language,
});

/** What a message is about, as its templates see it. */
export function mailContentOf(message: Message, materials: Materials, language: string, day: Day): MailContent {
  const { settings, invoices } = materials;
  const customer = materials.customers.get(message.customerId);
  if (!customer) throw new RangeError(`no customer ${message.customerId}`);
  const { name, email, phone, iban, bic } = settings.company;
  return {
    language,
    contactName: contactNameOf(message, materials),
    attachments: attachmentsOf(message, materials).length,
    day,
    customer: { name: customer.name, code: customer.code },
    company: { name, email, phone, iban, bic },
    stepName: message.stepName,
    deadline: message.deadlineDays === null ? null : addDays(day, message.deadlineDays),
    credits: message.credits.map((credit) => ({ ...credit, currency: message.currency })),
    lines: message.lines.map(({ invoiceId, outstanding }) => {
      const invoice = invoices.get(invoiceId);
      if (!invoice) throw new RangeError(`no invoice ${invoiceId}`);
      return { ...invoice, outstanding };
    }),
  };
}

/** Whom the words greet: who gets the mail, or in whose hands the letter should come. */
function contactNameOf(message: Message, materials: Materials): string {
  if (channelOf(message.action) === 'email')
    return recipientsOf(message, materials).find(({ kind }) => kind === 'to')?.name ?? '';
  const contacts = materials.contacts.get(message.customerId) ?? [];
  const chosen = contacts.filter(({ role, receives }) =>
    message.roles.length > 0 ? message.roles.includes(role) : receives === 'to',
  );
  return chosen.find(({ name }) => name !== '')?.name ?? '';
}

/** The PDF of each invoice listed, where one is on file. */
function attachmentsOf({ lines, action }: Message, { documents }: Materials): ReminderContent['attachments'] {
  if (channelOf(action) !== 'email') return [];
  return lines
    .flatMap(({ invoiceId }) => documents.get(invoiceId) ?? [])
    .map(({ name, mediaType, sha256 }) => ({ name, mediaType, sha256 }));
}

function recipientsOf({ action, customerId, roles }: Message, materials: Materials): ReminderContent['recipients'] {
  if (channelOf(action) !== 'email') return [];
  const contacts = materials.contacts.get(customerId) ?? [];
  const seen = new Set<string>();
  const recipients: ReminderContent['recipients'] = [];
  const add = (kind: 'to' | 'cc' | 'bcc', name: string, address: string, contactId: number | null): void => {
    if (seen.has(address.toLowerCase())) return;
    seen.add(address.toLowerCase());
    recipients.push({ kind, name, address, contactId });
  };
  for (const contact of addressees({ contacts }, roles))
    add(contact.receives === 'cc' ? 'cc' : 'to', contact.name, contact.email ?? '', contact.id);
  const { copyTo } = materials.settings.mail;
  if (copyTo) add('bcc', '', copyTo, null);
  return recipients;
}

function refused({ lines }: Message, customer: CustomerDetails, code: string, detail: string): Composition {
  return { ok: false, problem: { code, customer: customer.code, invoices: lines.map(({ number }) => number), detail } };
}
