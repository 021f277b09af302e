import { z } from 'zod';
import { addDays, type Day, isDay } from '../../domain/calendar.ts';
import type { Currency, Minor } from '../../domain/money.ts';
import { readAmount } from '../../i18n/amount.ts';
import type { Key } from '../../i18n/translate.ts';
import type { InvoiceDetails } from '../../store/ledger.ts';
import type { Visit } from '../visit.ts';

type Words = Pick<Visit, 'language' | 'today'>;

const text = (most: number) => z.string().trim().max(most, 'form.tooLong').default('');
const required = (most: number) => z.string().trim().min(1, 'form.required').max(most, 'form.tooLong');

const REFUSALS: Record<string, Key> = {
  unreadable_amount: 'form.notAnAmount',
  too_many_decimals: 'facts.tooManyDecimals',
  currency_mismatch: 'facts.otherCurrency',
};

type Problems = { addIssue(issue: { code: 'custom'; message: string }): void };

/** An amount as people type it, more than nothing; `negative` is what to say to one with a minus. */
function amountIn(typed: string, problems: Problems, { currency, language, negative }: AmountWords): Minor {
  const refuse = (message: Key): never => {
    problems.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (typed === '') return refuse('form.required');
  const read = readAmount(typed, currency, language);
  if (!read.ok) return refuse(REFUSALS[read.reason] ?? 'form.notAnAmount');
  if (read.amount < 0) return refuse(negative);
  return read.amount === 0 ? refuse('facts.notPositive') : read.amount;
}

interface AmountWords {
  currency: Currency;
  language: string;
  negative: Key;
}

const amount = ({ currency }: InvoiceDetails, { language }: Words, negative: Key = 'facts.notPositive') =>
  text(40).transform((typed, problems) => amountIn(typed, problems, { currency, language, negative }));
const amountOrNone = ({ currency }: InvoiceDetails, { language }: Words) =>
  text(40).transform((typed, problems) =>
    typed === '' ? null : amountIn(typed, problems, { currency, language, negative: 'facts.notPositive' }),
  );

const day = () => z.string().trim().refine(isDay, 'form.notADay') as unknown as z.ZodType<Day>;
/** The day of something that has happened. */
const pastDay = (today: Day) => day().refine((value) => !isDay(value) || value <= today, 'facts.dayAhead');
const fromToday = (value: string, today: Day): boolean => !isDay(value) || value >= today;
/** Nobody plans further than a year ahead. */
const withinAYear = (value: string, today: Day): boolean => !isDay(value) || value <= addDays(today, 366);

const formKey = z.string().regex(/^[\w-]{20,60}$/, 'form.check');

export const paymentForm = (invoice: InvoiceDetails, words: Words) =>
  z.object({
    amount: amount(invoice, words, 'facts.negativePayment'),
    receivedOn: pastDay(words.today),
    reference: text(200),
    formKey,
  });

export const reversalForm = ({ today }: Words) => z.object({ on: pastDay(today) });

export const promiseForm = (invoice: InvoiceDetails, words: Words) =>
  z.object({
    until: day()
      .refine((value) => fromToday(value, words.today), 'customers.dayPast')
      .refine((value) => withinAYear(value, words.today), 'facts.tooFar'),
    amount: amountOrNone(invoice, words).refine(
      (value) => value === null || value <= invoice.outstanding,
      'facts.overOutstanding',
    ),
    note: text(500),
  });

export const disputeForm = z.object({ reason: required(200), note: text(1000) });

export const pauseForm = ({ today }: Words) =>
  z.object({
    until: text(10)
      .refine((value) => value === '' || isDay(value), 'form.notADay')
      .refine((value) => fromToday(value, today), 'customers.dayPast')
      .transform((value) => (isDay(value) ? value : null)),
    reason: text(500),
  });

export const creditNoteForm = (invoice: InvoiceDetails, words: Words) =>
  z.object({ number: required(60), issuedOn: pastDay(words.today), amount: amount(invoice, words) });

export const writeOffForm = z.object({ reason: required(500) });

export const paidForm = ({ today }: Words) => z.object({ receivedOn: pastDay(today), reference: text(200), formKey });
