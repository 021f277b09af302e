import { addDays, type Day } from '../domain/calendar.ts';
import type { Scope } from './renderTemplate.ts';
import type { ComposedLine, MailContent } from './compose.ts';

const DAY: Day = '2026-11-23';
/** More than any customer of a small firm has open at once. */
const MANY = 200;

const lineOf = (n: number): ComposedLine => ({
  number: `2026-${String(n).padStart(4, '0')}`,
  issuedOn: addDays(DAY, -60 - n),
  dueOn: addDays(DAY, -30 - n),
  currency: n % 3 === 2 ? 'GBP' : 'EUR',
  total: 120_000 + n,
  outstanding: n % 2 === 0 ? 120_000 + n : 60_000,
});

/** A message as it usually is: everything known. Shown where there is no invoice of one's own yet. */
export function sampleContent(language: string, scope: Scope): MailContent {
  return {
    language,
    day: DAY,
    customer: { name: 'Boulangerie Martin', code: 'MARTIN' },
    contactName: 'Claire Martin',
    company: {
      name: 'Meunier & Fils',
      email: 'anna@meunier.example',
      phone: '+33 4 00 00 00 00',
      iban: 'FR76 3000 6000 0112 3456 7890 189',
      bic: 'AGRIFRPP',
    },
    stepName: 'First reminder',
    deadline: addDays(DAY, 8),
    lines: (scope === 'single' ? [0] : [0, 1, 3]).map(lineOf),
    credits: [],
    attachments: 1,
  };
}

/** The occasions that a template has to get through before it is saved: usual, with nothing optional known, and with very much. */
export function edgeContents(language: string, scope: Scope): MailContent[] {
  const usual = sampleContent(language, scope);
  const bare: MailContent = {
    ...usual,
    customer: { name: '', code: '' },
    contactName: '',
    company: { name: '', email: '', phone: '', iban: '', bic: '' },
    stepName: null,
    deadline: null,
    attachments: 0,
    lines: [{ ...lineOf(0), dueOn: null, outstanding: 120_000 }],
  };
  if (scope === 'single') return [usual, bare, { ...usual, day: addDays(DAY, -400) }];
  const much: MailContent = {
    ...usual,
    lines: Array.from({ length: MANY }, (_, n) => lineOf(n)),
    credits: Array.from({ length: 20 }, (_, n) => ({
      kind: n % 2 ? ('payment' as const) : ('credit_note' as const),
      number: `C-${n}`,
      currency: 'EUR',
      remaining: 100 + n,
    })),
    attachments: MANY,
  };
  return [usual, bare, much];
}
