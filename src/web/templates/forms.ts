import { z } from 'zod';

const LONGEST_NAME = 100;

/** A name as people write it, emoji included, on one line. */
const name = z
  .string()
  .transform((text) => text.replace(/[\p{Cc}\s]+/gu, ' ').trim())
  .pipe(z.string().min(1, 'form.required').max(LONGEST_NAME, 'form.tooLong'));

/** What "Create a new template" asks. */
export const newTemplateForm = z.object({
  name,
  kind: z.enum(['email', 'letter'], 'form.required'),
  scope: z.enum(['single', 'grouped'], 'form.required'),
});

/** Far above what a template may hold, so that the reason is said by the check of templates, with the rest. */
const LONGEST_TEXT = 200_000;

/** What the editor sends: the words in one language, and the name. */
export const templateForm = z.object({
  name,
  language: z.string().regex(/^[a-z]{2}$/),
  subject: z
    .string()
    .transform((text) => text.replace(/\s+/g, ' ').trim())
    .pipe(z.string().min(1, 'form.required').max(LONGEST_TEXT, 'form.tooLong')),
  // Browsers send CR LF; templates are kept with LF.
  body: z
    .string()
    .transform((text) => text.replace(/\r\n?/g, '\n').trim())
    .pipe(z.string().min(1, 'form.required').max(LONGEST_TEXT, 'form.tooLong')),
});
