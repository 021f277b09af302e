/** Results go to stdout, words about them to stderr, so that `--json` can be piped. */
export const print = (text: string): void => void process.stdout.write(`${text}\n`);
export const tell = (text: string): void => void process.stderr.write(`${text}\n`);
export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));

/** Exit codes (SPEC §10). */
export const EXIT = { done: 0, problems: 1, refused: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * An unexpected error as a log may hold it: where it happened, and the start of what it says. A database error carries
 * the whole statement with customers' data before its own words, so only those last words are kept.
 */
export function withoutData(error: unknown): string {
  if (!(error instanceof Error)) return 'unexpected error';
  const { name, message, stack = '', code } = error as Error & { code?: string };
  const words = message.includes(' - ') ? message.slice(message.lastIndexOf(' - ') + 3) : message;
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return [`${name}${code ? ` ${code}` : ''}: ${words.slice(0, 300)}`, ...frames.slice(0, 12)].join('\n');
}
