import { parseArgs, type ParseArgsConfig } from 'node:util';
import { type Day, isDay } from '../domain/calendar.ts';
import { Refusal } from '../refusal.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** The words and options of one command line, checked: what the command does not know is refused by name. */
export interface Arguments {
  words: string[];
  has(option: string): boolean;
  text(option: string): string | null;
  day(option: string): Day | null;
  /** A whole number from 0 to the most that makes sense. */
  number(option: string, most: number): number | null;
}

/** Reads the arguments that follow a command. */
export function readArguments(
  args: string[],
  { name: command, options, words = 0 }: { name: string; options: Options; words?: number },
): Arguments {
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    const option = /'(-[^ ',]+)/.exec(message)?.[1] ?? args.join(' ');
    throw new Refusal(code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? 'unknown_option' : 'bad_option', { command, option });
  }
  // A day without its --day, taken for nothing, would run today.
  const extra = parsed.positionals[words];
  if (extra !== undefined) throw new Refusal('unknown_option', { command, option: extra });
  const text = (option: string): string | null => (parsed.values[option] as string | undefined) ?? null;
  return {
    words: parsed.positionals,
    has: (option) => parsed.values[option] === true,
    text,
    day(option) {
      const value = text(option);
      if (value !== null && !isDay(value)) throw new Refusal('not_a_day', { value });
      return value;
    },
    number(option, most) {
      const value = text(option);
      if (value !== null && (!/^\d{1,6}$/.test(value) || Number(value) > most))
        throw new Refusal('not_a_number', { option: `--${option}`, value, most });
      return value === null ? null : Number(value);
    },
  };
}

/** The word at a place, refused by name when it is missing. */
export function wordAt({ words }: Arguments, place: number, command: string, argument: string): string {
  const word = words[place];
  if (word === undefined) throw new Refusal('missing_argument', { command, argument });
  return word;
}
