import type { LetterContent } from '../domain/letter.ts';
import { addressLines, type PostalAddress, townLines } from '../domain/postalAddress.ts';
import { formatDay } from '../i18n/format.ts';
import { translator } from '../i18n/translate.ts';
import { composeBlocks, composeMail, type MailContent } from './compose.ts';
import { paymentOf } from './payment.ts';
import { tableWords } from './variables.ts';

/** What a letter needs to know beside the words of its template. */
export interface LetterFrame {
  window: LetterContent['window'];
  sender: PostalAddress & { email: string; phone: string; legalId: string };
  recipient: PostalAddress;
  /** The language that the sender's own country speaks of others in. */
  senderLanguage: string;
}

/** Everything that the paper says, in the customer's language. Throws like `composeMail`. */
export function composeLetter(
  template: { subject: string; body: string },
  content: MailContent,
  { window, sender, recipient, senderLanguage }: LetterFrame,
): LetterContent {
  const { language, contactName } = content;
  const t = translator(language);
  const abroad = recipient.country && recipient.country !== sender.country ? recipient.country : '';
  const attention = contactName && contactName !== recipient.name ? t('letters.attention', { name: contactName }) : '';
  const home = abroad ? [...townLines(sender), countryName(sender.country, language)] : townLines(sender);
  return {
    version: 1,
    language,
    window,
    day: content.day,
    sender: { name: sender.name, lines: home },
    returnLine: [sender.name, ...home].filter(Boolean).join(' · '),
    recipient: addressLines(recipient, { attention, country: countryName(abroad, senderLanguage) }),
    facts: factsOf(content, sender),
    subject: composeMail({ subject: template.subject, body: '' }, content).subject,
    body: bodyOf(template, content),
    table: tableWords(content),
    payment: paymentBlock(content),
    // The page's own number comes when it is drawn.
    pageLabel: t('letters.page', { n: '{{n}}', total: '{{total}}' }),
    foot: [sender.name, sender.legalId].filter(Boolean).join(' · '),
  };
}

const countryName = (code: string | null, language: string): string =>
  code ? (new Intl.DisplayNames([language], { type: 'region' }).of(code) ?? code) : '';

/** Several invoices are always listed: after the words, where the template does not say where. */
function bodyOf(template: { body: string }, content: MailContent): LetterContent['body'] {
  const { company } = content;
  // What belongs together stays on one line.
  const whole = { phone: unbroken(company.phone), iban: unbroken(company.iban) };
  const blocks = composeBlocks(template, { ...content, company: { ...company, ...whole } });
  const listed = blocks.some(({ kind }) => kind === 'table');
  const several = content.lines.length + content.credits.length > 1;
  return several && !listed ? [...blocks, { kind: 'table' }] : blocks;
}

const unbroken = (text: string): string => text.replaceAll(' ', '\u00A0');

/** The reference block; what is not known has no line. */
function factsOf(
  { language, day, customer, lines }: MailContent,
  { phone, email }: LetterFrame['sender'],
): LetterContent['facts'] {
  const t = translator(language);
  const facts = [
    { label: t('letters.date'), value: formatDay(day, language) },
    { label: t('letters.customer'), value: customer.code },
    { label: t('letters.invoice'), value: lines.length === 1 ? (lines[0]?.number ?? '') : '' },
    { label: t('letters.phone'), value: phone },
    { label: t('letters.email'), value: email },
  ];
  return facts.filter(({ value }) => value !== '');
}

/** How to pay, where an account is known and something is owed. */
function paymentBlock(content: MailContent): LetterContent['payment'] {
  const { company, language } = content;
  const { reference, code, amount, due, iban } = paymentOf(content);
  if (!company.iban || !due) return null;
  const t = translator(language);
  const facts = [
    { label: t('letters.holder'), value: company.name },
    { label: t('letters.iban'), value: iban },
    { label: t('letters.bic'), value: company.bic },
    { label: t('letters.reference'), value: reference },
    { label: t('letters.amount'), value: amount },
  ];
  return {
    title: t('letters.payment'),
    facts: facts.filter(({ value }) => value !== ''),
    code: code === '' ? null : { text: code, caption: t('letters.codeCaption') },
  };
}
