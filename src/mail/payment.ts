import { create } from 'qrcode';
import QRCode from 'qrcode';
import { printedReference } from '../domain/creditorReference.ts';
import { inFours, isIban } from '../domain/iban.ts';
import { type Minor, totalsByCurrency } from '../domain/money.ts';
import { paymentCode, remittanceOf } from '../domain/paymentCode.ts';
import { formatList, formatMoney } from '../i18n/format.ts';
import type { MailContent } from './compose.ts';

type Owed = Pick<MailContent, 'company' | 'customer' | 'lines' | 'credits' | 'language'>;

/** What is to be paid and how: the words that a person types, and what a telephone reads. */
export interface Payment {
  /** What a transfer should say: the creditor reference in groups of four, or words with all the numbers. */
  reference: string;
  /** The text of the payment code; empty where there can be none. */
  code: string;
  /** The amount in words, one for each currency. */
  amount: string;
  /** True when there is something to pay. */
  due: boolean;
  /** In groups of four; as it was typed when it is none. */
  iban: string;
}

/** How some invoices can be paid, less the credits listed with them. */
export function paymentOf({ company, customer, lines, credits, language }: Owed): Payment {
  const totals = totalsByCurrency([
    ...lines.map(({ currency, outstanding }) => ({ currency, amount: outstanding })),
    ...credits.map(({ currency, remaining }) => ({ currency, amount: -remaining })),
  ]);
  const { reference, text } = remittanceOf(
    customer.code,
    lines.map(({ number }) => number),
  );
  const [only] = totals.size === 1 ? [...totals] : [];
  const code = only ? codeOf({ company, reference, text }, only) : '';
  return {
    reference: reference === null ? text : printedReference(reference),
    code,
    amount: formatList(
      [...totals].map(([currency, amount]) => formatMoney(amount, currency, language)),
      language,
    ),
    due: [...totals.values()].some((amount) => amount > 0),
    iban: isIban(company.iban) ? inFours(company.iban) : company.iban,
  };
}

function codeOf(
  { company, reference, text }: Pick<Owed, 'company'> & { reference: string | null; text: string },
  [currency, amount]: [string, Minor],
): string {
  const { name, iban, bic } = company;
  const code = paymentCode({ name, iban, bic, amount, currency, reference, text });
  return code.ok ? code.text : '';
}

/** The name by which the HTML part calls the picture that travels with it. */
export const PICTURE_ID = 'payment-code';
const LEVEL = { errorCorrectionLevel: 'M', margin: 4 } as const;
/** Pixels that a module takes on a screen; the picture itself has twice as many, for sharp screens. */
const PIXELS = 4;

/** The side of a payment code's picture as it is shown, in pixels. */
export const pictureSize = (code: string): number => (create(code, LEVEL).modules.size + 2 * LEVEL.margin) * PIXELS;

/** A payment code as a PNG: the same text gives the same bytes. */
export const pictureOf = (code: string): Promise<Buffer> =>
  QRCode.toBuffer(code, { ...LEVEL, type: 'png', scale: PIXELS * 2 });

/** A message's HTML for the screen, where nothing travels with it: its picture is written into it. */
export async function withPicture(html: string, code: string): Promise<string> {
  if (code === '' || !html.includes(`cid:${PICTURE_ID}`)) return html;
  const data = `data:image/png;base64,${(await pictureOf(code)).toString('base64')}`;
  return html.replaceAll(`src="cid:${PICTURE_ID}"`, () => `src="${data}"`);
}
