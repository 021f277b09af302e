import type { z } from 'zod';
import type { Key, Translate } from '../i18n/translate.ts';
import type { Visit } from './visit.ts';

/** A form's answer: the checked value, or what to show again with a sentence at each field that needs it. */
export type FormResult<T> =
  | { ok: true; value: T }
  | { ok: false; values: Record<string, unknown>; errors: Record<string, string> };

/**
 * Checks what a form sent. A schema's messages are translation keys; anything else becomes "please check this".
 * Nothing that was typed is lost: `values` holds it all.
 */
export function readForm<S extends z.ZodType>(visit: Visit, schema: S): FormResult<z.output<S>> {
  const { _csrf, _method, ...values } = { ...(visit.request.body as Record<string, unknown>) };
  const parsed = schema.safeParse(values);
  if (parsed.success) return { ok: true, value: parsed.data };
  const errors: Record<string, string> = {};
  for (const { path, message } of parsed.error.issues) errors[path.join('.')] ??= sentenceOf(message, visit.t);
  return { ok: false, values, errors };
}

/** The sentence behind a message that is a translation key such as `form.required`. */
function sentenceOf(message: string, t: Translate): string {
  if (/^[a-z]+\.\w+$/i.test(message)) return t(message as Key);
  return t('form.check');
}
