import { parseArgs, type ParseArgsConfig } from 'node:util';
import { type Day, isDay } from '../domain/calendar.ts';
import { Refusal } from '../refusal.ts';
import { nearest } from './nearest.ts';

/** How the line of a command is read. */
export interface Shape {
  options: NonNullable<ParseArgsConfig['options']>;
  /** How many words may follow: none, unless it says so. */
  words?: number;
}

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
  { name: command, options, words = 0 }: Shape & { name: string },
): Arguments {
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    const option = /'(-[^ ',]+)/.exec(message)?.[1] ?? args.join(' ');
    if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') throw new Refusal('bad_option', { command, option });
    // Of `-json`, which it takes for several short options, it names only `-j`.
    throw unknownOption(command, args.find((one) => one.startsWith(option)) ?? option, options);
  }
  // A day without its --day, taken for nothing, would run today.
  const extra = parsed.positionals[words];
  if (extra !== undefined) throw unknownOption(command, extra, options);
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

function unknownOption(command: string, written: string, options: Shape['options']): Refusal {
  // Of `--langage=fr` only the name is ours to quote: the value may be anything.
  const [option = written] = written.split('=');
  const near = nearest(option.replace(/^-+/, ''), [...Object.keys(options), 'help']);
  if (near === null) return new Refusal('unknown_option', { command, option });
  return new Refusal('unknown_option_near', { command, option, near: `--${near}` });
}

/** The refusal of a command that nobody knows; names the known one that was probably meant. */
export function unknownCommand(command: string, known: readonly string[]): Refusal {
  const near = nearest(command, known);
  return near === null
    ? new Refusal('unknown_command', { command })
    : new Refusal('unknown_command_near', { command, near });
}

/** The word at a place, refused by name when it is missing. */
export function wordAt({ words }: Arguments, place: number, command: string, argument: string): string {
  const word = words[place];
  if (word === undefined) throw new Refusal('missing_argument', { command, argument });
  return word;
}
