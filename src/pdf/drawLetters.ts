import path from 'node:path';
import type { LetterContent } from '../domain/letter.ts';
import { inOwnProcess } from '../ownProcess.ts';

/** What the process answers: the document's bytes, or what went wrong. */
export type Drawing = { ok: true; bytes: Uint8Array } | { ok: false; why: string };

const draw = inOwnProcess<readonly LetterContent[], Drawing>({
  file: path.join(import.meta.dirname, 'drawProcess.ts'),
  timeout: 60_000,
  memoryMegabytes: 512,
});

/**
 * Letters as one PDF, each beginning on a page of its own; the same letters give the same bytes. Drawn by a process of its
 * own, because a thousand letters take seconds in which no page would be answered. Throws when there is nothing to draw,
 * when it takes more than a minute or 512 MB, or when that process ends.
 */
export async function drawPdf(letters: readonly LetterContent[]): Promise<Buffer> {
  if (letters.length === 0) throw new RangeError('no letter to draw');
  const answer = await draw(letters);
  const drawing = answer.ok ? answer.value : answer;
  if (!drawing.ok) throw new Error(`letters cannot be drawn: ${drawing.why}`);
  return Buffer.from(drawing.bytes);
}
