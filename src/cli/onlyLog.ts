import type { Log } from '../log.ts';
import { EXIT } from './output.ts';

/**
 * From here on the standard error holds lines of the log and nothing else: what nobody caught, what the runtime warns of and
 * what some library prints become lines as well, without the data that they quote.
 */
export function onlyLog(log: Log): void {
  // A state that nobody foresaw is not gone on with: the next start recovers, as after a power cut.
  process.on('uncaughtException', (error) => {
    log.error('crashed', 'Dunwell ends because of an error that nobody caught.', {}, error);
    process.exit(EXIT.problems);
  });
  process.removeAllListeners('warning').on('warning', (warning) => {
    log.warn('runtime_warning', 'The runtime warns of something.', {}, warning);
  });
  process.stderr.write = (printed: unknown, ...rest: unknown[]): boolean => {
    // The error is there to say who printed it.
    log.warn('foreign_output', 'A part of the program printed something.', {}, new Error(String(printed)));
    const written = rest.at(-1);
    if (typeof written === 'function') process.nextTick(written);
    return true;
  };
}
