import { z } from 'zod';
import { type Day, isDay } from '../../domain/calendar.ts';
import { type Currency, currencyDigits, minorFromDecimal } from '../../domain/money.ts';
import type { PlanLimit, Trigger } from '../../domain/plan.ts';
import type { EscalationOptions, RecapOptions, StepDraft } from '../../domain/planSteps.ts';

/** How the form says from which day a step counts: words instead of a sign. */
export const WHENS = ['before', 'after', 'issue', 'previous'] as const;
export type When = (typeof WHENS)[number];

const name = z.string().trim().min(1, 'form.required').max(80, 'form.tooLong');
const wholeNumber = z
  .string('plans.wholeNumber')
  .trim()
  .regex(/^\d{1,9}$/, 'plans.wholeNumber')
  .transform(Number);
const wholeNumberOrNone = z
  .string()
  .trim()
  .regex(/^\d{0,9}$/, 'plans.wholeNumber')
  .default('')
  .transform((text) => (text === '' ? null : Number(text)));
const daysOfYear = wholeNumber.pipe(z.number().max(365, 'plans.atMostYear'));
const tick = z
  .string()
  .optional()
  .transform((value) => value === '1');
const day = z.string('form.notADay').trim().refine(isDay, 'form.notADay');
const idOrNone = z
  .string()
  .optional()
  .transform((value) => (value && /^\d{1,15}$/.test(value) ? Number(value) : null));

/** One step, as a sentence with blanks. What it must be next to the other steps is for the rules to say. */
export const stepForm = z
  .object({
    name,
    when: z.enum(WHENS),
    days: wholeNumber,
    monthEnd: tick,
    action: z.enum(['email', 'email_approval', 'letter', 'call']),
    templateId: idOrNone,
    deadlineDays: wholeNumberOrNone,
  })
  .transform(
    ({ when, days, monthEnd, action, templateId, ...rest }): StepDraft => ({
      ...rest,
      action,
      trigger: triggerOf(when, days, monthEnd),
      templateId: action === 'call' ? null : templateId,
    }),
  );

function triggerOf(when: When, days: number, monthEnd: boolean): Trigger {
  if (when === 'before') return { from: 'due', days: days === 0 ? 0 : -days, monthEnd };
  return { from: when === 'after' ? 'due' : when, days, monthEnd };
}

const severalTexts = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((value) => [value ?? []].flat());

/** Who gets the messages: an empty list of roles stands for the customer's reminder contacts. */
const recipients = { recipients: z.enum(['contacts', 'roles']).default('contacts'), roles: severalTexts };

const limits = z
  .record(
    z.string().regex(/^[A-Z]{3}$/),
    z.object({ minimum: z.string().default(''), ceiling: z.string().default('') }),
  )
  .default({})
  .transform((rows, context): PlanLimit[] =>
    Object.entries(rows).flatMap(([currency, row]) => {
      const minimum = amountOf(row.minimum, currency);
      const ceiling = amountOf(row.ceiling, currency);
      const refuse = (field: string, message: string): void =>
        void context.addIssue({ code: 'custom', path: [currency, field], message });
      if (minimum === undefined) refuse('minimum', 'form.notAnAmount');
      if (ceiling === undefined) refuse('ceiling', 'form.notAnAmount');
      if (minimum && ceiling && minimum > ceiling) refuse('ceiling', 'plans.ceilingTooLow');
      if (minimum == null && ceiling == null) return [];
      return [{ currency, minimum: minimum ?? null, ceiling: ceiling ?? null }];
    }),
  );

/** Minor units of an amount as people type it: `1 234,50`, `1,234.50`, `1234`. Null when empty, undefined when it is none. */
export function amountOf(text: string, currency: Currency): number | null | undefined {
  const digits = text.replace(/[\s\u00a0\u202f’']/g, '');
  if (digits === '') return null;
  const point = Math.max(digits.lastIndexOf(','), digits.lastIndexOf('.'));
  // 1.234 are thousands, unless the currency has three decimals.
  const isFraction = point >= 0 && (digits.length - point - 1 !== 3 || currencyDigits(currency) === 3);
  const plain = isFraction
    ? `${digits.slice(0, point).replace(/[.,]/g, '')}.${digits.slice(point + 1)}`
    : digits.replace(/[.,]/g, '');
  const minor = /^\d+(\.\d+)?$/.test(plain) ? minorFromDecimal(plain, currency) : null;
  return minor ?? undefined;
}

/** The options of an escalation. */
export const escalationForm = z
  .object({
    name,
    minimumDays: daysOfYear,
    minimumDaysAfterReceipt: daysOfYear,
    includeNotDue: tick,
    ...recipients,
    limits,
  })
  .superRefine(needsARole)
  .transform(
    ({ recipients: to, roles, ...rest }): EscalationOptions => ({ ...rest, roles: to === 'roles' ? roles : [] }),
  );

/** The rows of a form: a list, or (from the twenty-first on) an object by number. */
export const rowsOf = (rows: unknown): unknown[] =>
  Array.isArray(rows) ? rows : Object.values((rows ?? {}) as Record<string, unknown>);

/** A new escalation: its name and its steps; the options keep their standard values until they are changed. */
export const newEscalationForm = z.object({
  name,
  together: tick,
  steps: z.preprocess(rowsOf, z.array(stepForm)),
});

/** Everything about a recap. */
export const recapForm = z
  .object({
    name,
    everyN: wholeNumber.pipe(z.number().min(1, 'plans.atLeastOne').max(366, 'plans.atMostYear')),
    everyUnit: z.enum(['day', 'week', 'month']),
    startOn: day,
    ...recipients,
    scope: z.enum(['overdue', 'open']),
    withCreditNotes: tick,
    action: z.enum(['email', 'email_approval', 'letter']),
    templateId: idOrNone,
    limits,
  })
  .superRefine(needsARole)
  .transform(
    ({ recipients: to, roles, everyN, everyUnit, ...rest }): RecapOptions => ({
      ...rest,
      startOn: rest.startOn as RecapOptions['startOn'],
      every: { n: everyN, unit: everyUnit },
      roles: to === 'roles' ? roles : [],
    }),
  );

/** The period of a recap alone, to say what its dates would be. */
export const periodForm = z
  .object({
    everyN: wholeNumber.pipe(z.number().min(1).max(366)),
    everyUnit: z.enum(['day', 'week', 'month']),
    startOn: day,
  })
  .transform(
    ({ everyN, everyUnit, startOn }): Pick<RecapOptions, 'startOn' | 'every'> => ({
      startOn: startOn as RecapOptions['startOn'],
      every: { n: everyN, unit: everyUnit },
    }),
  );

/** A pause: until a day, or until it is ended; and why. */
export const pauseForm = z.object({
  until: z
    .string()
    .trim()
    .refine((text) => text === '' || isDay(text), 'form.notADay')
    .default('')
    .transform((text) => (text === '' ? null : (text as Day))),
  reason: z.string().trim().max(200, 'form.tooLong').default(''),
});

function needsARole(
  { recipients: to, roles }: { recipients: string; roles: string[] },
  context: z.RefinementCtx,
): void {
  if (to === 'roles' && roles.length === 0)
    context.addIssue({ code: 'custom', path: ['roles'], message: 'plans.chooseRole' });
}
