import { z } from 'zod';
import { isDay } from '../../domain/calendar.ts';
import { countryCodes } from '../../domain/countries.ts';
import { isIban } from '../../domain/iban.ts';
import { holidayRegions } from '../../domain/regions.ts';
import { isTimeZone } from '../../domain/timetable.ts';
import { LANGUAGES } from '../../i18n/translate.ts';
import { isMailPort } from '../../services/testMailAccount.ts';

const text = (most: number) => z.string().trim().max(most, 'form.tooLong').default('');
const address = text(254).pipe(z.union([z.literal(''), z.email('form.notAnAddress')], 'form.notAnAddress'));
const country = z.string('form.required').refine((code) => countryCodes().includes(code), 'form.check');
const whole = (least: number, most: number) =>
  z
    .string('form.required')
    .trim()
    .regex(/^\d{1,6}$/, 'settings.notANumber')
    .transform(Number)
    .refine((value) => value >= least && value <= most, 'settings.notANumber');
const clockTime = z
  .string('form.required')
  .trim()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'settings.notATime');

/** What a form sends under one name, once or several times. */
const several = z.preprocess(
  (value) => {
    if (value === undefined || value === '') return [];
    return typeof value === 'object' && value !== null ? Object.values(value) : [value];
  },
  z.array(z.string()).max(400, 'form.tooLong'),
);

export const companyForm = z.object({
  name: text(200).refine((name) => name !== '', 'form.required'),
  street: text(200),
  postcode: text(20),
  city: text(100),
  country,
  email: address,
  phone: text(40),
  legalId: text(60),
  iban: text(60).refine((iban) => iban === '' || isIban(iban), 'settings.notAnIban'),
  bic: text(20).refine((bic) => /^([A-Za-z0-9]{8}([A-Za-z0-9]{3})?)?$/.test(bic), 'settings.notABic'),
  window: z.enum(['auto', 'left', 'right'], 'form.check').default('auto'),
});

export const sendingForm = z
  .object({
    sendingDays: several
      .refine((days) => days.length > 0, 'settings.noDay')
      .refine((days) => days.every((day) => /^[1-7]$/.test(day)), 'form.check')
      .transform((days) => [...new Set(days.map(Number))].toSorted()),
    sendAt: clockTime,
    sendUntil: clockTime,
    timeZone: z.string('form.required').refine(isTimeZone, 'form.check'),
    holdMinutes: whole(0, 1440),
    maxMessages: whole(1, 100_000),
    maxTimesMedian: z
      .string('form.required')
      .trim()
      .regex(/^\d{1,3}([.,]\d)?$/, 'settings.notANumber')
      .transform((value) => Number(value.replace(',', '.')))
      .refine((value) => value >= 1, 'settings.notANumber'),
    // Empty: however old the data are, a run is not held for it.
    maxDataAgeDays: text(4)
      .refine((days) => days === '' || (/^\d+$/.test(days) && Number(days) >= 1), 'settings.notANumber')
      .transform((days) => (days === '' ? null : Number(days))),
  })
  .refine(({ sendAt, sendUntil }) => sendUntil > sendAt, { path: ['sendUntil'], message: 'settings.untilTooEarly' });

const day = z.string().trim().refine(isDay, 'form.notADay');

export const holidaysForm = z
  .object({
    on: z.literal('1').optional(),
    country,
    region: text(20),
    extra: several.transform((days) => days.filter((value) => value.trim() !== '')).pipe(z.array(day)),
    working: several.pipe(z.array(day)),
  })
  .transform((form) => ({
    ...form,
    // A region that was left over from another country is none.
    region: holidayRegions(form.country).some(({ code }) => code === form.region) ? form.region : null,
  }));

export const mailForm = z
  .object({
    from: address,
    fromName: text(100),
    replyTo: address,
    copyTo: address,
    host: text(253).refine((host) => /^[\p{L}\p{N}.:_-]*$/u.test(host), 'settings.notAHost'),
    port: whole(1, 65_535),
    security: z.enum(['starttls', 'tls', 'none'], 'form.check'),
    user: text(254),
    perHour: z.union([z.literal('').transform(() => null), whole(1, 100_000)], 'settings.notANumber').default(null),
    password: z.string().max(500, 'form.tooLong').default(''),
    testMode: z.literal('1').optional(),
  })
  .refine(({ host, port }) => host === '' || isMailPort(host, port), {
    path: ['port'],
    message: 'settings.notAMailPort',
  });

/** The notices of one owner; the hour matters only where the morning one is wanted. */
export const noticesForm = z
  .object({ morning: z.literal('1').optional(), morningAt: text(5), problems: z.literal('1').optional() })
  .refine(({ morning, morningAt }) => !morning || /^([01]\d|2[0-3]):[0-5]\d$/.test(morningAt), {
    path: ['morningAt'],
    message: 'settings.notATime',
  });

export const languageForm = z.object({
  language: z.enum(LANGUAGES, 'form.check'),
  currency: z.string('form.required').refine((code) => Intl.supportedValuesOf('currency').includes(code), 'form.check'),
});

export const turnOnForm = z.object({
  mode: z.enum(['review', 'automatic'], 'form.required'),
  confirmed: z.literal('1', 'settings.confirmNeeded'),
  day,
  seen: z.string('form.check').max(64),
});

export const turnOffForm = z.object({ mode: z.enum(['off', 'review'], 'form.required') });
