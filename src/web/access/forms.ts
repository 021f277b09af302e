import { z } from 'zod';
import { countryCodes } from '../../domain/countries.ts';
import { passwordProblem } from '../../domain/passwordRules.ts';
import { isTimeZone } from '../../domain/timetable.ts';
import { LANGUAGES, type Key, type Translate } from '../../i18n/translate.ts';

const line = z.string('form.required').trim().min(1, 'form.required').max(200, 'form.tooLong');
const email = line.pipe(z.email('form.notAnAddress').max(254, 'form.tooLong'));
/** Spaces at either end of a password belong to it. */
const password = z.string('form.required').min(1, 'form.required').max(1000, 'form.tooLong');
const language = z.enum(LANGUAGES, 'form.check');
const role = z.enum(['owner', 'colleague'], 'form.check');
const code = z.string('form.required').trim().min(1, 'form.required').max(40, 'form.tooLong');

export const setupForm = z.strictObject({
  token: z.string(),
  name: line,
  email,
  password,
  company: line,
  country: z.string('form.check').refine((value) => countryCodes().includes(value), 'form.check'),
  timeZone: z.string('form.check').refine(isTimeZone, 'form.check'),
  language,
  currency: z.string('form.check').refine((value) => Intl.supportedValuesOf('currency').includes(value), 'form.check'),
});

export const startForm = z.strictObject({ choice: z.enum(['example', 'empty'], 'form.check') });

export const signInForm = z.strictObject({
  email: z.string('form.required').trim().min(1, 'form.required').max(254, 'form.tooLong'),
  password,
  next: z.string().max(2000).default(''),
});

export const codeForm = z.strictObject({ code, next: z.string().max(2000).default('') });
export const confirmForm = z.strictObject({ code });
export const accountForm = z.strictObject({ name: line, language });
export const newPasswordForm = z.strictObject({ current: password, password });
export const passwordForm = z.strictObject({ current: password });
export const newUserForm = z.strictObject({ name: line, email, role });
export const roleForm = z.strictObject({ role });
export const disabledForm = z.strictObject({ disabled: z.enum(['0', '1'], 'form.check') });

const PROBLEMS = {
  tooShort: 'access.passwordTooShort',
  tooLong: 'form.tooLong',
  common: 'access.passwordCommon',
  personal: 'access.passwordPersonal',
} satisfies Record<string, Key>;

/** The sentence about a new password that will not do, by field; empty when it will. */
export function passwordErrors(text: string, known: readonly string[], t: Translate): Record<string, string> {
  const problem = passwordProblem(text, known);
  return problem ? { password: t(PROBLEMS[problem]) } : {};
}
