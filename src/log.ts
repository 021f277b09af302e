import { type Writable } from 'node:stream';
import pino, { type Logger } from 'pino';
import { VERSION } from './version.ts';

/** What is written down for whoever looks after the machine; words are English, personal data are masked. */
export type Log = Pick<Logger, 'info' | 'warn' | 'error'>;

/** A log of JSON lines, one event each, to a stream (standard: stderr, written at once). */
export function logTo(stream?: Writable): Log {
  const options = { base: { version: VERSION, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime };
  return pino(options, stream ?? pino.destination({ dest: 2, sync: true }));
}

/** Writes nothing. */
export const SILENT: Log = pino({ level: 'silent' });
