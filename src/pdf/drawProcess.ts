import type { LetterContent } from '../domain/letter.ts';
import type { Drawing } from './drawLetters.ts';
import { lettersDocument } from './letters.ts';

// The main file of a process of its own; see drawLetters.ts. It ends with the process that started it.
process.on('message', (letters: readonly LetterContent[]) => void answer(letters));
process.on('disconnect', () => process.exit());
process.send?.('ready');

async function answer(letters: readonly LetterContent[]): Promise<void> {
  const drawing = await lettersDocument(letters).then(
    (bytes): Drawing => ({ ok: true, bytes }),
    (error: Error): Drawing => ({ ok: false, why: error.message }),
  );
  process.send?.(drawing);
}
