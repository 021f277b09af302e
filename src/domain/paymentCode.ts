import { creditorReference, isCreditorReference } from './creditorReference.ts';
import { isBic, isIban, withoutBlanks } from './iban.ts';
import { type Currency, decimalFromMinor, type Minor } from './money.ts';

/** A transfer that somebody is asked to make. */
export interface Transfer {
  /** Who is paid. */
  name: string;
  iban: string;
  /** May be empty. */
  bic: string;
  amount: Minor;
  currency: Currency;
  /** A creditor reference (ISO 11649), or null: then the text says what it is for. */
  reference: string | null;
  text: string;
  /** For the payer's eyes only; may be empty. */
  information?: string;
  /** Four letters of ISO 20022; may be empty. */
  purpose?: string;
}

export type NoCode = 'not_euro' | 'no_name' | 'bad_iban' | 'bad_amount' | 'bad_reference' | 'too_long';

export type PaymentCode = { ok: true; text: string } | { ok: false; reason: NoCode };

const MOST_MINOR = 99_999_999_999;
const MOST_BYTES = 331;
const MOST_NAME = 70;
/** Characters of the free text that travels with a transfer. */
export const MOST_TEXT = 140;

/**
 * What the QR code for a European transfer says (EPC069-12 version 2.1): one element a line, in UTF-8, those that are empty
 * at the end left out. The reason when there can be none: euros only, 0.01 to 999,999,999.99, at most 331 bytes.
 */
export function paymentCode(transfer: Transfer): PaymentCode {
  const { currency, amount, iban, bic, reference, text, information = '', purpose = '' } = transfer;
  const name = shortened(oneLine(transfer.name), MOST_NAME);
  const refused = (reason: NoCode): PaymentCode => ({ ok: false, reason });
  if (currency !== 'EUR') return refused('not_euro');
  if (name === '') return refused('no_name');
  if (!isIban(iban)) return refused('bad_iban');
  if (!Number.isSafeInteger(amount) || amount < 1 || amount > MOST_MINOR) return refused('bad_amount');
  if (reference !== null && !isCreditorReference(reference)) return refused('bad_reference');
  const lines = [
    'BCD',
    '002',
    '1',
    'SCT',
    isBic(bic) ? withoutBlanks(bic) : '',
    name,
    withoutBlanks(iban),
    `EUR${decimalFromMinor(amount, currency)}`,
    purpose,
    reference === null ? '' : withoutBlanks(reference).replaceAll('-', ''),
    // Never both: a bank may refuse a transfer that carries two kinds of reference.
    reference === null ? shortened(oneLine(text), MOST_TEXT) : '',
    shortened(oneLine(information), MOST_NAME),
  ];
  const payload = lines.join('\n').trimEnd();
  return new TextEncoder().encode(payload).length > MOST_BYTES ? refused('too_long') : { ok: true, text: payload };
}

/** How a payment names what it is for: the creditor reference of a single invoice, or else words with all the numbers. */
export interface Remittance {
  reference: string | null;
  text: string;
}

/** The remittance for some invoices of a customer (DOMAIN §6). Where not all numbers fit, the rest is counted: `C-7 FA-1 FA-2 +58`. */
export function remittanceOf(customerCode: string, invoiceNumbers: readonly string[]): Remittance {
  const [only = ''] = invoiceNumbers;
  const reference = invoiceNumbers.length === 1 ? creditorReference(only) : null;
  const numbers = invoiceNumbers.map(oneLine);
  for (let kept = numbers.length; kept > 0; kept--) {
    const rest = kept < numbers.length ? [`+${numbers.length - kept}`] : [];
    const text = [oneLine(customerCode), ...numbers.slice(0, kept), ...rest].filter(Boolean).join(' ');
    if ([...text].length <= MOST_TEXT) return { reference, text };
  }
  return { reference, text: shortened(oneLine(customerCode) || oneLine(only), MOST_TEXT) };
}

/** A line break inside an element would begin the next one. */
const oneLine = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** At most so many code points, cut between two characters as people see them. */
function shortened(text: string, most: number): string {
  let kept = '';
  let length = 0;
  for (const { segment } of characters.segment(text)) {
    length += [...segment].length;
    if (length > most) break;
    kept += segment;
  }
  return kept.trim();
}
