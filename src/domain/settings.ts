import { z } from 'zod';
import { isDay } from './calendar.ts';
import { isTimeZone } from './timetable.ts';

const day = z.string().refine(isDay, 'not a day written YYYY-MM-DD');
/** `HH:MM` on a 24-hour clock. */
const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'not a time written HH:MM');
const text = z.string().max(500).default('');

const company = z.strictObject({
  name: text,
  street: text,
  postcode: text,
  city: text,
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'not a country of two capitals')
    .default('FR'),
  email: text,
  phone: text,
  legalId: text,
  iban: text,
  bic: text,
});

/** Holidays of a country and region close a day; `extra` days close too, `working` days are holidays on which work goes on. */
const holidays = z.strictObject({
  country: z.string().default('FR'),
  region: z.string().nullable().default(null),
  extra: z.array(day).default([]),
  working: z.array(day).default([]),
});

/** What stops a run before anything leaves, until a person says go on. */
const brakes = z.strictObject({
  maxMessages: z.int().min(1).default(100),
  maxTimesMedian: z.number().min(1).default(3),
  /** Held when payments and invoices were last imported longer ago; null switches this off. */
  maxDataAgeDays: z.int().min(1).nullable().default(null),
});

/** The mail account. An empty host means the built-in letterbox. The password is no setting: it comes from the environment. */
const mail = z.strictObject({
  from: text,
  fromName: text,
  replyTo: text,
  copyTo: text,
  host: text,
  port: z.int().min(1).max(65535).default(587),
  security: z.enum(['starttls', 'tls', 'none']).default('starttls'),
  user: text,
  /** The most messages that the account takes in an hour; null where it has no such limit. */
  perHour: z.int().min(1).max(100_000).nullable().default(null),
  /** Test mode: everything goes to this address instead. */
  testAddress: text,
});

/** Letters on paper: which side the window of the envelopes is on; `auto` is what is usual in the company's country. */
const letters = z.strictObject({ window: z.enum(['auto', 'left', 'right']).default('auto') });

/** Copies of the database that are made by themselves, one a night; how many of them stay. */
const backups = z.strictObject({ daily: z.boolean().default(true), keep: z.int().min(1).max(60).default(7) });

/** Settings of the company; every one has a standard value. */
export const settingsSchema = z.strictObject({
  company: company.prefault({}),
  language: z
    .string()
    .regex(/^[a-z]{2}$/)
    .default('en'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default('EUR'),
  timeZone: z.string().refine(isTimeZone, 'not a known time zone').default('Europe/Paris'),
  sendAt: clockTime.default('13:00'),
  sendUntil: clockTime.default('18:00'),
  /** ISO weekdays, Monday is 1. */
  sendingDays: z.array(z.int().min(1).max(7)).min(1, 'at least one sending day is needed').default([1, 2, 3, 4, 5]),
  holidays: holidays.nullable().prefault({}),
  mode: z.enum(['off', 'review', 'automatic']).default('off'),
  holdMinutes: z.int().min(0).max(1440).default(10),
  brakes: brakes.prefault({}),
  mail: mail.prefault({}),
  letters: letters.prefault({}),
  backups: backups.prefault({}),
});

export type Settings = z.infer<typeof settingsSchema>;
export type SettingName = keyof Settings;

/** Some settings, whole ones: what is left out stays as it is. */
export const settingsPatchSchema = z.strictObject({
  company: company.optional(),
  language: z.string().optional(),
  currency: z.string().optional(),
  timeZone: settingsSchema.shape.timeZone.unwrap().optional(),
  sendAt: clockTime.optional(),
  sendUntil: clockTime.optional(),
  sendingDays: settingsSchema.shape.sendingDays.unwrap().optional(),
  holidays: holidays.nullable().optional(),
  mode: settingsSchema.shape.mode.unwrap().optional(),
  holdMinutes: settingsSchema.shape.holdMinutes.unwrap().optional(),
  brakes: brakes.optional(),
  mail: mail.optional(),
  letters: letters.optional(),
  backups: backups.optional(),
});

export type SettingsPatch = z.infer<typeof settingsPatchSchema>;

/** What a new installation starts with. */
export const standardSettings = (): Settings => settingsSchema.parse({});
