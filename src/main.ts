import { main } from './cli/main.ts';

// Rules count in days of the company's zone, which code converts to; the host's own zone must never leak in.
process.env.TZ = 'UTC';

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
