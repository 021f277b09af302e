import { inFours, remainder97, withoutBlanks } from './iban.ts';

/** RF, two check digits, and up to 21 letters and digits (ISO 11649). */
const REFERENCE = /^RF\d{2}[A-Z0-9]{1,21}$/;

/**
 * The creditor reference that stands for an invoice number: its letters and digits in capitals behind `RF` and two check
 * digits (DOMAIN §6). Null when none are left, when there are more than 21, or when a letter or digit would be lost that is
 * not A–Z or 0–9: two invoices must not share a reference because of an accent.
 */
export function creditorReference(invoiceNumber: string): string | null {
  const number = invoiceNumber.normalize('NFC').toUpperCase();
  const body = number.replace(/[^A-Z0-9]/g, '');
  const foreign = /(?![A-Z0-9])[\p{L}\p{Nd}]/u.test(number.replace(/[ºª]/g, ''));
  if (foreign || body.length < 1 || body.length > 21) return null;
  const check = 98 - remainder97(`RF00${body}`);
  return `RF${String(check).padStart(2, '0')}${body}`;
}

/** True for a creditor reference with right check digits; blanks and hyphens between its groups do not matter. */
export function isCreditorReference(text: string): boolean {
  const reference = withoutBlanks(text).replaceAll('-', '');
  return REFERENCE.test(reference) && remainder97(reference) === 1;
}

/** The reference as it is printed: in groups of four. */
export const printedReference = (reference: string): string => inFours(reference);
