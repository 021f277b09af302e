/**
 * Something the product will not do, said in one plain sentence: bad input, a lock held by somebody else, an unreadable
 * file. `code` names the translation key `refusal.<code>`; `params` fill it. Nothing has been changed when one is thrown.
 */
export class Refusal extends Error {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number>>;

  constructor(code: string, params: Record<string, string | number> = {}) {
    super(code);
    this.name = 'Refusal';
    this.code = code;
    this.params = params;
  }
}

/**
 * An unexpected error as a command may say it to whoever typed it: where it happened, and the start of what it says; the log is
 * stricter (`src/log/describe.ts`). A database error carries the whole statement with customers' data before its own words,
 * so only those last words are kept.
 */
export function withoutData(error: unknown): string {
  if (!(error instanceof Error)) return 'unexpected error';
  const { name, message, stack = '', code } = error as Error & { code?: string };
  const words = message.includes(' - ') ? message.slice(message.lastIndexOf(' - ') + 3) : message;
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return [`${name}${code ? ` ${code}` : ''}: ${words.slice(0, 300)}`, ...frames.slice(0, 12)].join('\n');
}
