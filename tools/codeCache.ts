import { execFileSync } from 'node:child_process';

/**
 * V8 draws a number at each start by which it orders names, so the compiled code that the binary carries would have other
 * bytes in each build. With this option the number is fixed.
 */
export const SEED = '--hash-seed=1';

/** A code cache begins with a magic number, V8's version, the source's length and a hash of the options, 4 bytes each. */
const SIGN = 8;
const OPTIONS = 12;

/**
 * The blob of a single executable whose code was compiled under SEED, marked as if V8 itself had drawn that number: it does not
 * take up compiled code that other options made, and the binary runs without any. Throws when the mark is not where it was.
 */
export function asWithoutSeed(blob: Buffer): Buffer {
  const [seeded, plain] = [headerUnder([SEED]), headerUnder([])];
  const place = blob.indexOf(seeded.subarray(0, SIGN));
  const found = place === -1 ? null : blob.readUInt32LE(place + OPTIONS);
  if (found !== seeded.readUInt32LE(OPTIONS)) throw new Error('the compiled code is not where it was expected');
  const result = Buffer.from(blob);
  result.writeUInt32LE(plain.readUInt32LE(OPTIONS), place + OPTIONS);
  return result;
}

/** The first bytes of any code cache that this Node makes under some options. */
function headerUnder(options: readonly string[]): Buffer {
  const code = "new (require('node:vm').Script)('0', { produceCachedData: true }).cachedData.toString('hex', 0, 16)";
  return Buffer.from(execFileSync(process.execPath, [...options, '-p', code], { encoding: 'utf8' }).trim(), 'hex');
}
