import { OWN_PROCESS } from './ownProcess.ts';
import { withoutData } from './refusal.ts';

// Rules count in days of the company's zone, which code converts to; the host's own zone must never leak in.
process.env.TZ = 'UTC';

/** The processes that the single binary starts itself again as; from the sources each is a main file of its own. */
const OWN_PROCESSES: Record<string, () => Promise<unknown>> = {
  renderProcess: () => import('./mail/renderProcess.ts'),
  drawProcess: () => import('./pdf/drawProcess.ts'),
  countProcess: () => import('./services/countProcess.ts'),
};

// Whoever reads may go, as `| head` does, and a disk may be full: neither may cut short what is under way, such as a delivery.
// What could not be written is no success all the same.
let unwritten = false;
for (const stream of [process.stdout, process.stderr])
  stream.on('error', () => {
    unwritten = true;
    process.exitCode ||= 1;
  });

const args = process.argv.slice(2);
const work =
  args[0] === OWN_PROCESS
    ? OWN_PROCESSES[args[1] ?? '']?.().then(() => undefined)
    : import('./cli/main.ts').then(({ main }) => main(args));

work?.then(
  (code) => {
    process.exitCode = unwritten ? code || 1 : code;
  },
  (error: unknown) => {
    process.stderr.write(`${withoutData(error)}\n`);
    process.exitCode = 1;
  },
);
