import { z } from 'zod';

const LONGEST_NAME = 100;

/** The name that the words of a message get as a template. */
export const nameForm = z.object({
  templateName: z
    .string()
    .transform((text) => text.replace(/[\p{Cc}\s]+/gu, ' ').trim())
    .pipe(z.string().min(1, 'form.required').max(LONGEST_NAME, 'form.tooLong')),
});
