/** Results go to stdout, words about them to stderr, so that `--json` can be piped. */
export const print = (text: string): void => void process.stdout.write(`${text}\n`);
export const tell = (text: string): void => void process.stderr.write(`${text}\n`);
export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));

/** Exit codes (SPEC §10). */
export const EXIT = { done: 0, problems: 1, refused: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
