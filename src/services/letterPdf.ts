import { readLetter } from '../domain/letter.ts';
import { drawPdf } from '../pdf/drawLetters.ts';
import type { Db } from '../store/database.ts';
import { reminderById, type ReminderContent } from '../store/reminders.ts';

/** The letter of a reminder as a PDF, drawn from its stored words: the bytes that were printed. Null where it is no letter. */
export async function letterPdfOf(db: Db, reminderId: number): Promise<Buffer | null> {
  const content = readLetter((await reminderById(db, reminderId))?.letter ?? null);
  return content && drawPdf([content]);
}

/** A letter that is not in the outbox yet, as it would be printed. Null where there is none. */
export const drawLetterPreview = async ({ letter }: Pick<ReminderContent, 'letter'>): Promise<Buffer | null> =>
  letter && drawPdf([letter]);
