import type { Db } from './database.ts';

export type Role = 'owner' | 'colleague';

/** A person who may sign in. `totpSecret` and `totpPending` are sealed. */
export interface User {
  id: number;
  email: string;
  name: string;
  role: Role;
  language: string;
  passwordHash: string | null;
  passwordTemporary: boolean;
  totpSecret: string | null;
  totpPending: string | null;
  createdAt: string;
  disabledAt: string | null;
}

/** A user before it has a number. */
export type NewUser = Pick<User, 'email' | 'name' | 'role' | 'language' | 'passwordHash' | 'createdAt'> &
  Partial<Pick<User, 'passwordTemporary'>> & { firstOwner?: boolean };

interface UserRow {
  id: number;
  email: string;
  name: string;
  role: Role;
  language: string;
  password_hash: string | null;
  password_temporary: 0 | 1;
  totp_secret: string | null;
  totp_pending: string | null;
  created_at: string;
  disabled_at: string | null;
}

const userOf = (row: UserRow): User => ({
  id: row.id,
  email: row.email,
  name: row.name,
  role: row.role,
  language: row.language,
  passwordHash: row.password_hash,
  passwordTemporary: row.password_temporary === 1,
  totpSecret: row.totp_secret,
  totpPending: row.totp_pending,
  createdAt: row.created_at,
  disabledAt: row.disabled_at,
});

const oneOf = (row: UserRow | undefined): User | null => (row ? userOf(row) : null);

export const userById = async (db: Db, id: number): Promise<User | null> =>
  oneOf((await db('users').where({ id }).first()) as UserRow | undefined);

/** Addresses are compared without regard to capitals, by the column's own rule. */
export const userByEmail = async (db: Db, email: string): Promise<User | null> =>
  oneOf((await db('users').where({ email }).first()) as UserRow | undefined);

export const listUsers = async (db: Db): Promise<User[]> =>
  ((await db('users').orderBy('name').orderBy('id')) as UserRow[]).map(userOf);

/** Whether anybody owns this installation: what decides between the first visit and signing in. */
export async function ownerExists(db: Db): Promise<boolean> {
  return (await db('users').where({ role: 'owner' }).first('id')) !== undefined;
}

/** Whether somebody else could still do what only owners may. */
export async function otherOwnerExists(db: Db, id: number): Promise<boolean> {
  const other = await db('users').where({ role: 'owner', disabled_at: null }).whereNot({ id }).first('id');
  return other !== undefined;
}

/** Adds a user; returns its number, or null when the address is taken or, for a first owner, there is one. */
export async function insertUser(db: Db, user: NewUser): Promise<number | null> {
  const [row] = (await db('users')
    .insert({
      email: user.email,
      name: user.name,
      role: user.role,
      language: user.language,
      password_hash: user.passwordHash,
      password_temporary: user.passwordTemporary ? 1 : 0,
      first_owner: user.firstOwner ? 1 : 0,
      created_at: user.createdAt,
    })
    .onConflict()
    .ignore()
    .returning('id')) as { id: number }[];
  return row?.id ?? null;
}

const COLUMNS = {
  name: 'name',
  role: 'role',
  language: 'language',
  passwordHash: 'password_hash',
  passwordTemporary: 'password_temporary',
  totpSecret: 'totp_secret',
  totpPending: 'totp_pending',
  disabledAt: 'disabled_at',
} as const;

/** Changes some of a user's values; returns whether there is such a user. */
export async function updateUser(
  db: Db,
  id: number,
  changes: Partial<Pick<User, keyof typeof COLUMNS>>,
): Promise<boolean> {
  const row = Object.fromEntries(
    Object.entries(changes).map(([name, value]) => [COLUMNS[name as keyof typeof COLUMNS], value]),
  );
  return (await db('users').where({ id }).update(row)) === 1;
}

/** Marks a code's step as used; false when it, or a later one, already was. */
export async function markTotpStep(db: Db, id: number, step: number): Promise<boolean> {
  return (await db('users').where({ id }).where('totp_step', '<', step).update({ totp_step: step })) === 1;
}

/** Puts these codes in the place of the user's recovery codes. */
export async function replaceRecoveryCodes(db: Db, userId: number, hashes: readonly string[]): Promise<void> {
  await db('recovery_codes').where({ user_id: userId }).delete();
  if (hashes.length > 0) await db('recovery_codes').insert(hashes.map((code_hash) => ({ user_id: userId, code_hash })));
}

/** Uses up a recovery code; false when there is none such. */
export async function removeRecoveryCode(db: Db, userId: number, codeHash: string): Promise<boolean> {
  return (await db('recovery_codes').where({ user_id: userId, code_hash: codeHash }).delete()) === 1;
}

export async function countRecoveryCodes(db: Db, userId: number): Promise<number> {
  const [row] = (await db('recovery_codes').where({ user_id: userId }).count({ n: '*' })) as { n: number }[];
  return row?.n ?? 0;
}
