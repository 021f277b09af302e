import { parseArgs, type ParseArgsConfig } from 'node:util';
import { type Day, isDay } from '../domain/calendar.ts';
import { Refusal } from '../refusal.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** The words and options of one command line, checked: an unknown option is refused by name. */
export interface Arguments {
  words: string[];
  has(option: string): boolean;
  text(option: string): string | null;
  day(option: string): Day | null;
  number(option: string): number | null;
}

/** Reads the arguments that follow a command. */
export function readArguments(command: string, args: string[], options: Options): Arguments {
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    const option = /'([^']+)'/.exec((error as Error).message)?.[1] ?? args.join(' ');
    throw new Refusal('unknown_option', { command, option });
  }
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
    number(option) {
      const value = text(option);
      if (value !== null && !/^\d{1,6}$/.test(value))
        throw new Refusal('not_a_number', { option: `--${option}`, value });
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
