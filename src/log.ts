import pino from 'pino';
import { describe } from './log/describe.ts';
import { mask } from './log/mask.ts';
import { lineWriter } from './log/lineWriter.ts';
import { VERSION } from './version.ts';

/** From which level on a line is written. */
export type LogLevel = 'info' | 'warn' | 'error';

type Value = string | number | boolean | null | undefined | readonly string[] | Readonly<Record<string, number>>;
type Reserved = 'level' | 'time' | 'version' | 'pid' | 'event' | 'words' | 'error';

/**
 * What belongs to an event: counts, codes, days, numbers of rows, never a customer's name or the subject of a message. Text
 * is masked all the same.
 */
export type Fields = Readonly<Record<string, Value>> & { readonly [name in Reserved]?: never };

type Write = (event: string, words: string, fields?: Fields, thrown?: unknown) => void;

/**
 * What is written down for whoever looks after the machine. `event` is a stable snake_case name that programs look for,
 * `words` says the same in English, `thrown` is what went wrong and is reduced to what holds nobody's data. Never throws.
 */
export type Log = Readonly<Record<LogLevel, Write>>;

/** Something that takes whole lines. */
export interface LineSink {
  write(line: string): void;
}

/** A log of JSON lines, one event each, to the standard error unless told otherwise, written before the call returns. */
export function logTo({ level = 'info', sink = lineWriter(2) }: { level?: LogLevel; sink?: LineSink } = {}): Log {
  const logger = pino(
    {
      level,
      base: { version: VERSION, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (word) => ({ level: word }) },
    },
    sink,
  );
  const at =
    (of: LogLevel): Write =>
    (event, words, fields = {}, thrown) =>
      logger[of]({
        event: mask(event),
        words: mask(words),
        ...tidied(fields),
        ...(thrown !== undefined && { error: describe(thrown) }),
      });
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

const nothing: Write = () => undefined;

/** Writes nothing. */
export const SILENT: Log = { info: nothing, warn: nothing, error: nothing };

const SECRET = /pass|secret|token|session|cookie|csrf|authorization|_key$/i;
const MOST = 20;

function tidied(fields: Fields): Record<string, unknown> {
  const pairs = Object.entries(fields).slice(0, MOST);
  return Object.fromEntries(
    pairs.map(([name, value]) => [mask(name), SECRET.test(name) && typeof value === 'string' ? '…' : tidy(value)]),
  );
}

/** Types keep objects out; what comes by a way around them is not written either. */
function tidy(value: Value): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.slice(0, MOST).map((one) => mask(String(one)));
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? Number(value) : value;
  const counts = Object.entries(value).filter(([, count]) => typeof count === 'number');
  return Object.fromEntries(counts.slice(0, MOST).map(([name, count]) => [mask(name), count]));
}
