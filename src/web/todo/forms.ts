import { z } from 'zod';
import { addDays, type Day, isDay } from '../../domain/calendar.ts';
import type { Currency, Minor } from '../../domain/money.ts';
import { readAmount } from '../../i18n/amount.ts';
import type { CallResult } from '../../services/recordCall.ts';
import { idsIn, textsIn } from './query.ts';

const words = (most: number) => z.string().trim().max(most, 'form.tooLong').default('');
const reason = z.string('form.required').trim().min(1, 'form.required').max(300, 'form.tooLong');

/** What a person takes off the list unread, and why. */
export const skipForm = z.object({ ids: z.unknown().transform(idsIn), reason });
export const dismissForm = z.object({ items: z.unknown().transform(textsIn), reason });

export const CALL_RESULTS = ['reached', 'promise', 'dispute', 'wrong_number', 'nobody'] as const;

/** A promise lies at most a year ahead, as in the invoice's own form. */
const FARTHEST = 365;

/** What came of a call about invoices of one currency; a promise is at most what is open of them. */
export const callForm = (of: { today: Day; currency: Currency; open: Minor; language: string }) =>
  z
    .object({
      attempt: z.coerce.number('form.check').int('form.check').min(0, 'form.check'),
      contact: z.coerce.number('form.check').int('form.check').default(0),
      result: z.enum(CALL_RESULTS, 'form.required'),
      until: words(10),
      amount: words(40),
      reason: words(300),
      phone: words(40),
      note: words(500),
    })
    .transform((form, context): { attempt: number; result: CallResult } => {
      const refuse = (path: string, message: string): void =>
        context.addIssue({ code: 'custom', path: [path], message });
      return { attempt: form.attempt, result: resultOf(form, of, refuse) };
    });

interface Raw {
  contact: number;
  result: (typeof CALL_RESULTS)[number];
  until: string;
  amount: string;
  reason: string;
  phone: string;
  note: string;
}

function resultOf(
  { contact, result, until, amount, reason: why, phone, note }: Raw,
  { today, currency, open, language }: { today: Day; currency: Currency; open: Minor; language: string },
  refuse: (path: string, message: string) => void,
): CallResult {
  if (result === 'reached' || result === 'nobody') return { kind: result, note };
  if (result === 'wrong_number') {
    if (phone !== '' && !/\d/.test(phone)) refuse('phone', 'todo.notANumber');
    return { kind: result, contactId: contact, phone: phone || null, note };
  }
  if (result === 'dispute') {
    if (why === '') refuse('reason', 'form.required');
    return { kind: result, reason: why, note };
  }
  const day = isDay(until) ? until : today;
  if (!isDay(until)) refuse('until', until === '' ? 'form.required' : 'form.notADay');
  else if (until < today || until > addDays(today, FARTHEST)) refuse('until', 'todo.promiseDay');
  return { kind: result, until: day, amount: promised(amount, { currency, open, language }, refuse), note };
}

function promised(
  text: string,
  { currency, open, language }: { currency: Currency; open: Minor; language: string },
  refuse: (path: string, message: string) => void,
): Minor | null {
  if (text === '') return null;
  const read = readAmount(text, currency, language);
  if (!read.ok || read.amount <= 0) refuse('amount', 'form.notAnAmount');
  else if (read.amount > open) refuse('amount', 'todo.promiseTooMuch');
  return read.ok ? read.amount : null;
}
