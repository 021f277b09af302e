import { type Log, logTo } from '../../src/log.ts';

/** A line of the log, as it was written. */
export interface LogLine {
  level: 'info' | 'warn' | 'error';
  event: string;
  words: string;
  [field: string]: unknown;
}

export interface RecordedLog {
  log: Log;
  /** The bytes, as they would be on the standard error. */
  text(): string;
  lines(): LogLine[];
  events(): string[];
}

/** The real log, whose lines are kept. */
export function recordedLog(): RecordedLog {
  let text = '';
  const lines = (): LogLine[] => linesOf(text);
  return {
    log: logTo({ sink: { write: (line) => void (text += line) } }),
    text: () => text,
    lines,
    events: () => lines().map(({ event }) => event),
  };
}

/** Every line of a log; throws at one that is none. */
export const linesOf = (text: string): LogLine[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogLine);
