import { logTo } from '../log.ts';
import { Refusal } from '../refusal.ts';
import { EXIT, type ExitCode, print } from './output.ts';

/**
 * Runs `serve`. What ends it too early is a line of the log; a refusal is said to whoever started it by hand as well, on the
 * standard output.
 */
export async function endInLog(
  work: () => Promise<ExitCode>,
  sentenceOf: (refusal: Refusal) => Promise<string>,
): Promise<ExitCode> {
  try {
    return await work();
  } catch (error) {
    const log = logTo();
    if (error instanceof Refusal) {
      const sentence = await sentenceOf(error);
      log.error('refused', sentence, { code: error.code });
      print(sentence);
      return EXIT.refused;
    }
    log.error('crashed', 'Dunwell ends because of an error that it did not expect.', {}, error);
    return EXIT.problems;
  }
}
