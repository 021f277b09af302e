import crypto, { type BinaryLike } from 'node:crypto';

/** What one guess costs. `memory` is in KiB. */
export interface PasswordCost {
  memory: number;
  passes: number;
}

/** OWASP's figures for argon2id; scrypt of the same strength stands in where Node has no argon2 (before 24.7). */
export const STANDARD_COST: PasswordCost = { memory: 19_456, passes: 2 };
const SCRYPT = { log2N: 17, r: 8, p: 1 };
const LENGTH = 32;

type Callback = (error: Error | null, key: Buffer) => void;
type Argon2 = (algorithm: 'argon2id', parameters: object, callback: Callback) => void;
// Asked of the module as a whole: an older Node has no such export to import.
const argon2 = (crypto as unknown as { argon2?: Argon2 }).argon2;

/** Hashes off the main thread; the text says how it was made, so that the cost may grow later. */
export async function hashPassword(password: string, cost: PasswordCost = STANDARD_COST): Promise<string> {
  const salt = crypto.randomBytes(16);
  const how = argon2
    ? `argon2id$v=19$m=${cost.memory},t=${cost.passes},p=1`
    : `scrypt$ln=${SCRYPT.log2N},r=${SCRYPT.r},p=${SCRYPT.p}`;
  return `$${how}$${salt.toString('base64url')}$${(await derive(password, how, salt)).toString('base64url')}`;
}

/** Whether this is the password. Somebody without a hash costs the same time as somebody with one. */
export async function verifyPassword(
  password: string,
  hash: string | null,
  cost: PasswordCost = STANDARD_COST,
): Promise<boolean> {
  const known = hash ?? (await decoy(cost));
  const parts = known.split('$').slice(1);
  const [salt, key] = parts.slice(-2).map((part) => Buffer.from(part, 'base64url'));
  if (!salt || !key || key.length !== LENGTH) return false;
  const found = await derive(password, parts.slice(0, -2).join('$'), salt);
  return crypto.timingSafeEqual(found, key) && hash !== null;
}

const decoys = new Map<string, Promise<string>>();

function decoy(cost: PasswordCost): Promise<string> {
  const key = JSON.stringify(cost);
  const made = decoys.get(key) ?? hashPassword(crypto.randomBytes(16).toString('hex'), cost);
  decoys.set(key, made);
  return made;
}

function derive(password: string, how: string, salt: Buffer): Promise<Buffer> {
  // The same letters typed on two keyboards may be two sequences of code points.
  const message = Buffer.from(password.normalize('NFC'));
  const numbers = Object.fromEntries(
    [...how.matchAll(/(\w+)=(\d+)/g)].map(([, name = '', value]) => [name, Number(value)]),
  ) as Record<string, number>;
  return new Promise((resolve, reject) => {
    const done: Callback = (error, key) => (error ? reject(error) : resolve(key));
    if (how.startsWith('scrypt')) scrypt(message, salt, numbers, done);
    else if (argon2)
      argon2(
        'argon2id',
        { message, nonce: salt, memory: numbers.m, passes: numbers.t, parallelism: numbers.p, tagLength: LENGTH },
        done,
      );
    else reject(new Error('this password was hashed with argon2id, which needs Node 24.7 or newer'));
  });
}

function scrypt(message: BinaryLike, salt: Buffer, { ln = 0, r = 0, p = 0 }: Record<string, number>, done: Callback) {
  crypto.scrypt(message, salt, LENGTH, { N: 2 ** ln, r, p, maxmem: 256 * 2 ** ln * r }, done);
}

/** Whether this is the password of somebody who is signed in. */
export const checkPassword = (user: { passwordHash: string | null }, password: string): Promise<boolean> =>
  user.passwordHash === null ? Promise.resolve(false) : verifyPassword(password, user.passwordHash);
