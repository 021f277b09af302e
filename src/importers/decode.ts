export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
export interface Decoded {
  ok: true;
  text: string;
  encoding: Encoding;
}
/** Why bytes are no text that could hold a table. */
export type BytesRefusal = 'empty_file' | 'spreadsheet' | 'pdf' | 'archive' | 'binary' | 'broken_text';
export interface Refused {
  ok: false;
  reason: BytesRefusal;
}

const SAMPLE = 4096;
const MARKS: readonly [bytes: readonly number[], encoding: Encoding][] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

/** The text of a file from any office program: by its byte order mark, its zero bytes, strict UTF-8, else windows-1252. */
export function decodeText(bytes: Buffer): Decoded | Refused {
  const known = knownBinary(bytes);
  if (known) return refused(known);
  const marked = MARKS.find(([mark]) => mark.every((byte, i) => bytes[i] === byte));
  if (marked) return checked(bytes.subarray(marked[0].length), marked[1]);
  if (bytes.includes(0)) return withoutMark(bytes);
  return checked(bytes, isUtf8(bytes) ? 'utf-8' : 'windows-1252');
}

const refused = (reason: BytesRefusal): Refused => ({ ok: false, reason });

/** Files that people choose by mistake, by their first bytes. */
function knownBinary(bytes: Buffer): BytesRefusal | null {
  const start = bytes.subarray(0, SAMPLE).toString('latin1');
  if (start.startsWith('%PDF-')) return 'pdf';
  if (start.startsWith('\xd0\xcf\x11\xe0')) return 'spreadsheet';
  if (start.startsWith('\x1f\x8b')) return 'archive';
  if (!start.startsWith('PK\x03\x04')) return null;
  return /\[Content_Types\]\.xml|_rels\/|xl\/|opendocument\.spreadsheet/.test(start) ? 'spreadsheet' : 'archive';
}

/** Latin letters in UTF-16 have a zero in every second byte; zeros on both sides are no text. */
function withoutMark(bytes: Buffer): Decoded | Refused {
  const sample = bytes.subarray(0, SAMPLE);
  const zeros = [0, 0];
  sample.forEach((byte, i) => byte === 0 && zeros[i % 2]!++);
  const [even = 0, odd = 0] = zeros;
  if (odd > sample.length / 5 && even === 0) return checked(bytes, 'utf-16le');
  if (even > sample.length / 5 && odd === 0) return checked(bytes, 'utf-16be');
  return refused('binary');
}

function checked(bytes: Buffer, encoding: Encoding): Decoded | Refused {
  const text = decoded(bytes, encoding);
  if (text === null) return refused('broken_text');
  if (text.trim() === '') return refused('empty_file');
  return looksBinary(text) ? refused('binary') : { ok: true, text, encoding };
}

function decoded(bytes: Buffer, encoding: Encoding): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

const isUtf8 = (bytes: Buffer): boolean => decoded(bytes, 'utf-8') !== null;

/** Control characters do not occur in a table; one stray one (a form feed, a Ctrl-Z at the end) may. */
function looksBinary(text: string): boolean {
  let controls = 0;
  const length = Math.min(text.length, SAMPLE);
  for (let i = 0; i < length; i++) if (isControl(text.charCodeAt(i))) controls++;
  return controls > length / 100 + 1 || text.includes('\0');
}

const isControl = (code: number): boolean => (code < 32 && code !== 9 && code !== 10 && code !== 13) || code === 127;
