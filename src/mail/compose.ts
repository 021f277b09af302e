import { randomBytes } from 'node:crypto';
import { compile } from 'html-to-text';
import type { Day } from '../domain/calendar.ts';
import type { LetterBlock } from '../domain/letter.ts';
import type { Currency, Minor } from '../domain/money.ts';
import { formatDay } from '../i18n/format.ts';
import { translator } from '../i18n/translate.ts';
import { readResource } from '../resources.ts';
import { letterBlocks } from './letterBlocks.ts';
import { paymentOf, PICTURE_ID, pictureSize } from './payment.ts';
import { sanitise } from './sanitise.ts';
import { render, renderOwn } from './templates.ts';
import { contextOf, tableWords } from './variables.ts';

/** One invoice in a message. */
export interface ComposedLine {
  number: string;
  issuedOn: Day;
  dueOn: Day | null;
  currency: Currency;
  total: Minor;
  outstanding: Minor;
}

/** Everything that a message says, as plain data. */
export interface MailContent {
  language: string;
  /** The day it is written for: what "days late" counts to. */
  day: Day;
  customer: { name: string; code: string };
  contactName: string;
  company: { name: string; email: string; phone: string; iban: string; bic: string };
  stepName: string | null;
  deadline: Day | null;
  lines: readonly ComposedLine[];
  credits: readonly { kind: 'credit_note' | 'payment'; number: string; currency: Currency; remaining: Minor }[];
  attachments: number;
}

/** A message in words: the subject, and the body both as a whole HTML page and as plain text. */
export interface ComposedMail {
  subject: string;
  html: string;
  text: string;
  /** The text of the payment code that the HTML shows as a picture; empty when it shows none. */
  paymentCode: string;
}

const resources = new Map<string, string>();

function resource(name: string): string {
  const text = resources.get(name) ?? readResource(`views/mail/${name}`)?.toString('utf8');
  if (text === undefined) throw new Error(`views/mail/${name} is missing`);
  resources.set(name, text);
  return text;
}

/** Fills a template version with the content. Throws, naming the variable, when the template asks for one that there is not. */
export function composeMail(template: { subject: string; body: string }, content: MailContent): ComposedMail {
  const { language } = content;
  const { subject, body, text, paymentCode } = fill(template, content);
  const html = renderOwn(resource('shell.hbs'), { language, subject, body });
  return { subject, html, text: textOf(text), paymentCode };
}

/** The same words as a sheet of paper, for the screen: who writes to whom, the day, the subject and the body. */
export function composeSheet(template: { subject: string; body: string }, content: MailContent): ComposedMail {
  const { language, company, customer, day } = content;
  const { subject, body, text } = fill(template, content, { picture: false });
  const facts = { company: company.name, customer: customer.name, day: formatDay(day, language) };
  const html = renderOwn(resource('sheet.hbs'), { language, subject, body, ...facts });
  return { subject, html, text: textOf(text), paymentCode: '' };
}

/** The same words once more in the blocks of a letter, with the table where the template has it. */
export function composeBlocks(template: { body: string }, content: MailContent): LetterBlock[] {
  return letterBlocks(wordsOf(template.body, content).replaceAll(PICTURE_PLACE, ''), TABLE_GOES_HERE);
}

/** Where the table of invoices and the payment code go: nobody can write these words, since every process makes them anew. */
const TABLE_GOES_HERE = `dunwell-${randomBytes(12).toString('hex')}`;
const PICTURE_GOES_HERE = `dunwell-${randomBytes(12).toString('hex')}`;
const placeOf = (word: string): RegExp => new RegExp(`<p>\\s*${word}\\s*</p>|${word}`, 'g');
const TABLE_PLACE = placeOf(TABLE_GOES_HERE);
const PICTURE_PLACE = placeOf(PICTURE_GOES_HERE);

interface Filled {
  subject: string;
  /** The body as HTML, and as the HTML that the text part is made of. */
  body: string;
  text: string;
  paymentCode: string;
}

/**
 * Subject and body with their variables filled in. The product's own table and picture, which alone carry styles, are put
 * in after sanitising, in the places that random words kept for them.
 */
function fill(
  template: { subject: string; body: string },
  content: MailContent,
  { picture = true }: { picture?: boolean } = {},
): Filled {
  const subject = oneLine(render(template.subject, content.language, contextOf(content), { html: false }));
  const words = wordsOf(template.body, content).replace(TABLE_PLACE, () => tableOf(content));
  const { code } = paymentOf(content);
  const shown = picture && code !== '' && words.includes(PICTURE_GOES_HERE);
  return {
    subject,
    body: words.replace(PICTURE_PLACE, () => (shown ? pictureOf(content) : '')),
    text: words.replace(PICTURE_PLACE, () => (shown ? pictureInWords(content) : '')),
    paymentCode: shown ? code : '',
  };
}

/**
 * A body with its variables filled in, still without table and picture. What comes out of the template is sanitised as a
 * whole, so that no value can complete a tag or an address that the template began.
 */
function wordsOf(body: string, content: MailContent): string {
  const ready = {
    invoiceTable: TABLE_GOES_HERE,
    // Empty where there can be no code, so that a template can ask for it.
    paymentCode: paymentOf(content).code === '' ? '' : PICTURE_GOES_HERE,
  };
  const html = render(body, content.language, { ...contextOf(content), ...ready }, { html: true });
  // A paragraph that held nothing else would leave a hole.
  return sanitise(html).replace(/<p>\s*<\/p>/g, '');
}

/** The payment code as a picture that travels with the message, for those who see it and for those who hear it. */
function pictureOf(content: MailContent): string {
  const { reference, code, amount, iban } = paymentOf(content);
  const alt = translator(content.language)('letters.codeAlt', { iban, reference, amount });
  return renderOwn(resource('paymentCode.hbs'), { alt, size: pictureSize(code), id: PICTURE_ID });
}

function pictureInWords(content: MailContent): string {
  const { reference, amount, iban } = paymentOf(content);
  return renderOwn('<p>{{words}}</p>', {
    words: translator(content.language)('letters.codeText', { iban, reference, amount }),
  });
}

/** The text part says the same as the HTML part: tables keep their columns, links show their address. */
const textOf = (html: string): string => `${toText(html)}\n`;

const toText = compile({
  wordwrap: 78,
  selectors: [
    {
      selector: 'table',
      format: 'dataTable',
      options: { uppercaseHeaderCells: false, colSpacing: 2, maxColumnWidth: 40 },
    },
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true } },
  ],
});

const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim();

/** The table of the invoices, with credits in their own rows and one total row for each currency. */
const tableOf = (content: MailContent): string => renderOwn(resource('invoiceTable.hbs'), tableWords(content));
