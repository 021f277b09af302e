import { main } from './cli/main.ts';
import { withoutData } from './refusal.ts';

// Rules count in days of the company's zone, which code converts to; the host's own zone must never leak in.
process.env.TZ = 'UTC';

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${withoutData(error)}\n`);
    process.exitCode = 1;
  },
);
