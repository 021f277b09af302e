import { types } from 'node:util';
import { mask } from './mask.ts';

/** An error as the log may hold it: its kind, its code, as much of its words as cannot be anybody's data, and where it was. */
export interface Described {
  name: string;
  code?: string;
  words?: string;
  /** Places in the code, the innermost first: `runDay src/services/runDay.ts:48:9`. */
  at?: string[];
  cause?: Described;
}

interface Found extends Error {
  code?: unknown;
  syscall?: unknown;
  responseCode?: unknown;
  response?: unknown;
  errors?: unknown;
}

const DEPTH = 3;
const FRAMES = 12;

/** Describes whatever was thrown; never throws itself. */
export function describe(thrown: unknown, depth = DEPTH): Described {
  try {
    if (!(thrown instanceof Error || types.isNativeError(thrown))) return { name: `thrown ${typeof thrown}` };
    const error: Found = thrown;
    const code = codeOf(error);
    const words = wordsOf(error, code);
    const at = framesOf(error);
    const cause = causeOf(error);
    return {
      name: /^[A-Za-z]\w{0,40}$/.test(error.name) ? mask(error.name) : 'Error',
      ...(code && { code }),
      ...(words && { words }),
      ...(at.length > 0 && { at }),
      ...(cause !== undefined && depth > 1 && { cause: describe(cause, depth - 1) }),
    };
  } catch {
    return { name: 'unreadable error' };
  }
}

/** A word of the system, of SQLite or of ours; a refusal's code is such a word as well. */
const codeOf = ({ code }: Found): string =>
  typeof code === 'string' && /^[A-Za-z][A-Za-z\d_]{1,60}$/.test(code) ? mask(code) : '';

/** Several failures together are shown by the first of them. */
const causeOf = ({ cause, errors }: Found): unknown => cause ?? (Array.isArray(errors) ? errors[0] : undefined);

function wordsOf(error: Found, code: string): string {
  const { message, syscall, responseCode, response } = error;
  if (typeof message !== 'string' || error.name === 'Refusal') return '';
  if (typeof responseCode === 'number') return mask(typeof response === 'string' ? response : `${responseCode} `);
  if (typeof syscall === 'string') return mask(syscall);
  if (code.startsWith('SQLITE_')) return databaseWords(code, message);
  const ofTheEngine = error.name === 'TypeError' || error.name === 'ReferenceError';
  return ofTheEngine && ENGINE.some((safe) => safe.test(message)) ? message : plainStart(message);
}

/** What the engine says about our code and not about anybody's data: it names what the source names. */
const ENGINE = [
  /^Cannot (read|set) properties of (undefined|null) \((reading|setting) '[\w$]{1,60}'\)$/,
  /^[\w$.()[\]]{1,80} is not (a function|defined|iterable|a constructor)$/,
];

/**
 * knex puts the whole statement with its values before the database's own words. Those name tables and columns where a rule
 * was broken; others may quote what was looked for.
 */
function databaseWords(code: string, message: string): string {
  const words = message.split(' - ').at(-1) ?? '';
  return code.startsWith('SQLITE_CONSTRAINT') ? mask(words.replace(/(["'`]).*\1/g, '…')) : plainStart(words);
}

/** A sentence begins with one of these, or else perhaps with somebody's name. */
const FIRST =
  'An?|Can|Cannot|Connection|Could|Expected|Failed|Greeting|Invalid|Maximum|Missing|No|Not|Request|Response|Server|Socket|The|This|Timeout|Too|Unable|Unexpected|Unknown|Unsupported';
const PLAIN = new RegExp(`^(?:(?:${FIRST})(?= ))?[a-z ,;.-]*`);

/**
 * The words of an error up to where data may begin: a capital, a digit, something quoted or set apart, a letter that English
 * has not. What is left out can be seen at the place where it was thrown.
 */
function plainStart(message: string): string {
  const [start = ''] = PLAIN.exec(message) ?? [];
  const cutInAWord = /^[\p{L}\p{N}@_'&%+]/u.test(message.slice(start.length));
  return mask(cutInAWord ? start.replace(/\S*$/, '') : start);
}

const FRAME = /^\s+at (?:(.+?) \()?(?:file:\/\/)?(.+?):(\d+):(\d+)\)?$/;

/** Whatever the message says, only what follows it in the stack is taken for places. */
function framesOf({ stack, message }: Found): string[] {
  if (typeof stack !== 'string') return [];
  const begins = message === '' ? -1 : stack.indexOf(message);
  const places = begins === -1 ? stack : stack.slice(begins + message.length);
  return places
    .split('\n')
    .flatMap((line) => {
      const [, name = '', file = '', row, column] = FRAME.exec(line) ?? [];
      const place = placeOf(file);
      return place === '' ? [] : [`${nameOf(name)}${place}:${row}:${column}`];
    })
    .slice(0, FRAMES);
}

const nameOf = (name: string): string => (/^[\w$.<>#[\] ]{1,80}$/.test(name) ? `${name} ` : '');

/** From the product's own folder on: what lies above it may bear a person's name. */
function placeOf(file: string): string {
  if (file.startsWith('node:')) return file;
  const path = file.replaceAll('\\', '/');
  const [from] = /(?:src|migrations|seeds|node_modules)\/(?!.*\/(?:src|node_modules)\/).*$/.exec(path) ?? [];
  const place = from ?? path.slice(path.lastIndexOf('/') + 1);
  return /^[\w@.+/-]{1,120}$/.test(place) ? place : '';
}
