import { z } from 'zod';
import { HOLD_REASONS } from './brakes.ts';
import { isDay } from './calendar.ts';
import { settingsPatchSchema } from './settings.ts';

/** The archive's own version: raised when an older Dunwell could no longer read what this one writes. */
export const ARCHIVE_VERSION = 1;

const day = z
  .string()
  .refine(isDay, 'not a day written YYYY-MM-DD')
  .meta({ format: 'date', description: 'YYYY-MM-DD' });
const instant = z.iso.datetime({ precision: 3, message: 'not an instant written 2026-01-31T12:00:00.000Z' });
const currency = z.string().regex(/^[A-Z]{3}$/, 'not a currency of three capitals');
const amount = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/, 'not an amount written 1234.50')
  .meta({ description: 'A decimal number as text, in units of the currency: "1234.50"' });
const language = z.string().regex(/^[a-z]{2}$/, 'not a language of two letters');
const name = z.string().min(1);
const count = z.int().min(0).max(3650);
const base64 = z.base64();

const pause = z.strictObject({
  until: day.optional(),
  reason: z.string().default(''),
  begunAt: instant.optional(),
});
const applied = z.array(z.strictObject({ invoice: name, amount, on: day })).default([]);

const contact = z.strictObject({
  name: z.string().default(''),
  role: z.string().default(''),
  email: z.string().optional(),
  phone: z.string().optional(),
  receives: z.enum(['to', 'cc', 'none']).default('to'),
  refusedOn: day.optional(),
  refusedReason: z.string().optional(),
});

const customer = z.strictObject({
  code: name,
  name,
  legalId: z.string().optional(),
  language: language.default('en'),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional(),
  street: z.string().default(''),
  postcode: z.string().default(''),
  city: z.string().default(''),
  note: z.string().default(''),
  paymentTermDays: z.int().min(0).max(365).optional(),
  contacts: z.array(contact).default([]),
  pause: pause.optional(),
  createdAt: instant.optional(),
  archivedAt: instant.optional(),
});

const document = z.strictObject({
  name,
  kind: z.enum(['invoice', 'attachment']).default('invoice'),
  mediaType: z.string().default('application/pdf'),
  addedAt: instant.optional(),
  content: base64,
});

const invoice = z.strictObject({
  customer: name,
  number: name,
  issuedOn: day,
  dueOn: day.optional(),
  receivedOn: day.optional(),
  currency,
  total: amount,
  settledElsewhere: amount.default('0'),
  state: z.enum(['draft', 'issued', 'cancelled', 'written_off']).default('issued'),
  followUpOff: z.boolean().default(false),
  note: z.string().default(''),
  promises: z
    .array(
      z.strictObject({
        until: day,
        amount: amount.optional(),
        note: z.string().default(''),
        madeAt: instant,
        endedAt: instant.optional(),
      }),
    )
    .default([]),
  disputes: z
    .array(
      z.strictObject({
        reason: name,
        note: z.string().default(''),
        openedAt: instant,
        liftedAt: instant.optional(),
      }),
    )
    .default([]),
  pause: pause.optional(),
  documents: z.array(document).default([]),
  createdAt: instant.optional(),
});

const creditNote = z.strictObject({
  customer: name,
  number: name,
  issuedOn: day,
  currency,
  total: amount,
  settledElsewhere: amount.default('0'),
  cancelled: z.boolean().default(false),
  applied,
  createdAt: instant.optional(),
});

const payment = z.strictObject({
  key: name,
  customer: name,
  receivedOn: day,
  currency,
  amount,
  reference: z.string().default(''),
  reverses: z.string().optional(),
  applied,
  createdAt: instant.optional(),
});

const template = z.strictObject({
  name,
  kind: z.enum(['email', 'letter']).default('email'),
  scope: z.enum(['single', 'grouped']).default('single'),
  versions: z.record(language, z.strictObject({ subject: z.string(), body: z.string() })),
  archivedAt: instant.optional(),
});

const action = z.enum(['email', 'email_approval', 'letter', 'call']);

const step = z.strictObject({
  name,
  from: z.enum(['due', 'issue', 'previous']).default('due'),
  days: z.int().min(-365).max(730),
  monthEnd: z.boolean().default(false),
  action: action.default('email'),
  template: z.string().optional(),
  deadlineDays: z.int().min(0).max(365).optional(),
  retired: z.boolean().default(false),
});

const limit = z.strictObject({ currency, minimum: amount.optional(), ceiling: amount.optional() });
const planBase = {
  name,
  roles: z.array(z.string()).default([]),
  limits: z.array(limit).default([]),
  pause: pause.optional(),
  createdAt: instant.optional(),
  archivedAt: instant.optional(),
};
const plan = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('escalation'),
    ...planBase,
    together: z.boolean().default(false),
    minimumDays: z.int().min(0).max(365).optional(),
    minimumDaysAfterReceipt: z.int().min(0).max(365).default(0),
    includeNotDue: z.boolean().default(false),
    steps: z.array(step).default([]),
  }),
  z.strictObject({
    kind: z.literal('recap'),
    ...planBase,
    startOn: day,
    every: z.strictObject({ n: z.int().min(1).max(366), unit: z.enum(['day', 'week', 'month']) }),
    scope: z.enum(['overdue', 'open']).default('overdue'),
    withCreditNotes: z.boolean().default(false),
    action: z.enum(['email', 'email_approval', 'letter']).default('email'),
    template: z.string().optional(),
  }),
]);

const enrolment = z.strictObject({ customer: name, plan: name, since: day, endedAt: instant.optional() });

const run = z.strictObject({
  day,
  state: z.enum(['open', 'decided', 'closed']),
  outcome: z.enum(['ok', 'problems']).optional(),
  startedAt: instant,
  decidedAt: instant.optional(),
  closedAt: instant.optional(),
  lateByMinutes: z.int().min(0).default(0),
  held: z.enum(HOLD_REASONS).optional(),
  counts: z.record(z.string(), z.number()).default({}),
  problems: z.array(z.unknown()).default([]),
});

const reminder = z.strictObject({
  messageId: name,
  key: name,
  origin: z.enum(['run', 'manual']),
  run: day.optional(),
  customer: name,
  plan: z.string().optional(),
  step: count.optional(),
  occurrenceOn: day.optional(),
  channel: z.enum(['email', 'letter', 'call']),
  currency,
  total: amount,
  state: z.enum(['queued', 'sending', 'handover', 'sent', 'failed', 'uncertain', 'cancelled']),
  needsApproval: z.boolean().default(false),
  holdUntil: instant.optional(),
  decidedOn: day,
  deadlineDays: count.optional(),
  template: z.string().optional(),
  language,
  subject: z.string().default(''),
  html: z.string().default(''),
  text: z.string().default(''),
  credits: z
    .array(z.strictObject({ kind: z.enum(['credit_note', 'payment']), number: z.string(), remaining: amount }))
    .default([]),
  inReplyTo: z.string().default(''),
  thread: z.string().default(''),
  attempts: z.int().min(0).default(0),
  nextAttemptAt: instant.optional(),
  settledAt: instant.optional(),
  sentOn: day.optional(),
  transport: z.enum(['smtp', 'letterbox', 'hand']).optional(),
  serverReply: z.string().default(''),
  reason: z.string().default(''),
  createdAt: instant,
  lines: z
    .array(
      z.strictObject({
        invoice: name,
        outstanding: amount,
        step: count.optional(),
        refersOn: day.optional(),
        nominalOn: day.optional(),
        scheduledOn: day.optional(),
        dueOn: day.optional(),
      }),
    )
    .default([]),
  recipients: z
    .array(
      z.strictObject({
        kind: z.enum(['to', 'cc', 'bcc']),
        name: z.string().default(''),
        address: name,
        result: z.enum(['accepted', 'refused']).optional(),
        reply: z.string().default(''),
      }),
    )
    .default([]),
  attachments: z.array(z.strictObject({ name, mediaType: z.string(), content: base64 })).default([]),
  paymentCode: z.string().default(''),
  /** All that a letter's paper says. */
  letter: z.record(z.string(), z.unknown()).optional(),
  printedAt: instant.optional(),
  raw: base64.optional(),
});

const completion = z.strictObject({
  customer: name,
  invoice: name,
  plan: name,
  step: count,
  kind: z.enum(['sent', 'skipped', 'activation']),
  completedOn: day,
  countsFrom: day.optional(),
  reason: z.string().default(''),
  reminder: z.string().optional(),
});

const recordedDecision = z.strictObject({
  run: day,
  customer: name,
  /** With `plan` and `currency` instead: a recap. */
  invoice: z.string().optional(),
  plan: z.string().optional(),
  currency: currency.optional(),
  kind: z.enum(['send', 'wait', 'blocked', 'gone']),
  reasons: z.array(z.strictObject({ code: name, until: day.nullable() })).default([]),
  until: day.optional(),
  reminder: z.string().optional(),
});

const historyEntry = z.strictObject({
  at: instant,
  kind: name,
  customer: z.string().optional(),
  invoice: z.string().optional(),
  reminder: z.string().optional(),
  data: z.record(z.string(), z.unknown()).default({}),
});

/** A whole setup, or an addition to one. Everything refers to everything else by its natural key. */
export const archiveSchema = z
  .strictObject({
    format: z.literal('dunwell-archive'),
    version: z.literal(ARCHIVE_VERSION),
    /** The day the data were made for; the demo company is moved from here to today. */
    asOf: day.optional(),
    settings: settingsPatchSchema.optional(),
    templates: z.array(template).default([]),
    plans: z.array(plan).default([]),
    customers: z.array(customer).default([]),
    enrolments: z.array(enrolment).default([]),
    invoices: z.array(invoice).default([]),
    creditNotes: z.array(creditNote).default([]),
    payments: z.array(payment).default([]),
    runs: z.array(run).default([]),
    reminders: z.array(reminder).default([]),
    completions: z.array(completion).default([]),
    decisions: z.array(recordedDecision).default([]),
    history: z.array(historyEntry).default([]),
  })
  .meta({
    title: 'Dunwell archive',
    description:
      'Customers are named by their code, invoices by customer and number, plans and templates by name, steps by their place in the plan (from 0), reminders by their Message-ID.',
  });

export type Archive = z.infer<typeof archiveSchema>;
/** What a person writes: everything with a standard value may be left out. */
export type ArchiveInput = z.input<typeof archiveSchema>;
