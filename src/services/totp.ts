import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Codes that change every 30 seconds (RFC 6238: SHA-1, six figures), as telephones make them. */
const STEP_MS = 30_000;
const DIGITS = 6;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A new secret of 160 bits, in base 32 as people type it. */
export const newTotpSecret = (): string => base32(randomBytes(20));

/** The step whose code this is: now's, the one before or the one after; null when it is none of theirs. */
export function totpStep(secret: string, code: string, now: number): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const current = Math.floor(now / STEP_MS);
  const fits = (step: number): boolean => timingSafeEqual(Buffer.from(totpCode(secret, step)), Buffer.from(code));
  return [current, current - 1, current + 1].find(fits) ?? null;
}

/** The code of an instant, as a telephone shows it. */
export const totpAt = (secret: string, now: number): string => totpCode(secret, Math.floor(now / STEP_MS));

function totpCode(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 15;
  const number = digest.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0');
}

/** What an authenticator app opens instead of typing the secret. */
export const totpLink = (secret: string, account: string): string =>
  `otpauth://totp/${encodeURIComponent(`Dunwell:${account}`)}?secret=${secret}&issuer=Dunwell`;

/** Five bits a letter, without padding. */
export function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => ALPHABET[parseInt(five.padEnd(5, '0'), 2)]).join('');
}

function fromBase32(text: string): Buffer {
  const bits = [...text].map((char) => ALPHABET.indexOf(char).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}
