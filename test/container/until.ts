import { setTimeout } from 'node:timers/promises';

/** Seconds within which a program answers, even on a machine that is busy with other things. */
const PATIENCE = 90;

/** Asks again and again, for as long as is reasonable, and gives the first answer that is one; throws when none comes. */
export async function until<Answer>(ask: () => Answer | Promise<Answer>, otherwise: string): Promise<Answer> {
  for (const end = performance.now() + PATIENCE * 1000; performance.now() < end; await setTimeout(200)) {
    const answer = await ask();
    if (answer) return answer;
  }
  throw new Error(otherwise);
}
