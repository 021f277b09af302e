import { z } from 'zod';
import { type Day, isDay } from '../../domain/calendar.ts';
import type { ContactFields, CustomerFields } from '../../store/customerEditing.ts';
import { isCountry } from './countries.ts';

const text = (most: number) => z.string().trim().max(most, 'form.tooLong').default('');
const required = (most: number) => z.string().trim().min(1, 'form.required').max(most, 'form.tooLong');
/** An empty field is no value. */
const orNull = (value: string): string | null => value || null;

export const customerForm = z.object({
  name: required(200),
  code: text(60),
  legalId: text(60).transform(orNull),
  language: z.string().regex(/^[a-z]{2}$/, 'form.check'),
  country: text(2)
    .refine((code) => code === '' || isCountry(code), 'form.check')
    .transform(orNull),
  street: text(200),
  postcode: text(20),
  city: text(100),
  paymentTermDays: text(4)
    .refine((days) => /^\d*$/.test(days) && Number(days) <= 365, 'customers.notATerm')
    .transform((days) => (days === '' ? null : Number(days))),
  note: text(2000),
}) satisfies z.ZodType<CustomerFields>;

export const RECEIVES = ['to', 'cc', 'none'] as const;

export const contactForm = z
  .object({
    name: text(200),
    role: text(60),
    email: text(254).transform(orNull),
    phone: text(40).transform(orNull),
    receives: z.enum(RECEIVES, 'form.check'),
  })
  .refine(({ name, email, phone }) => name || email || phone, {
    path: ['name'],
    message: 'customers.contactEmpty',
  }) satisfies z.ZodType<ContactFields>;

/** A pause ends today at the earliest. */
export const pauseForm = (today: Day) =>
  z.object({
    until: text(10)
      .refine((day) => day === '' || isDay(day), 'form.notADay')
      .refine((day) => !isDay(day) || day >= today, 'customers.dayPast')
      .transform((day) => orNull(day) as Day | null),
    reason: text(500),
  });
