import type { Knex } from 'knex';

const instant = (name: string, more = 'NOT NULL'): string =>
  `${name} TEXT ${more} CHECK (${name} IS NULL OR strftime('%Y-%m-%dT%H:%M:%fZ', ${name}) IS ${name})`;
const flag = (name: string): string => `${name} INTEGER NOT NULL DEFAULT 0 CHECK (${name} IN (0, 1))`;

/** Who may come in: what sign-in keeps about a user, the sessions, and the codes for a lost telephone. */
const statements = [
  `ALTER TABLE users ADD COLUMN ${flag('first_owner')}`,
  // A password that somebody else chose is good for choosing one's own.
  `ALTER TABLE users ADD COLUMN ${flag('password_temporary')}`,
  // Sealed under the key outside the database; the second is waiting for its first code.
  'ALTER TABLE users ADD COLUMN totp_secret TEXT',
  'ALTER TABLE users ADD COLUMN totp_pending TEXT',
  // The step of the last code that was used: none is good twice.
  'ALTER TABLE users ADD COLUMN totp_step INTEGER NOT NULL DEFAULT 0',
  // However many first visits end at the same moment, one makes the owner.
  'CREATE UNIQUE INDEX users_first_owner ON users (first_owner) WHERE first_owner = 1',
  `CREATE TABLE sessions (
     id INTEGER PRIMARY KEY,
     id_hash TEXT NOT NULL UNIQUE,
     user_id INTEGER NOT NULL REFERENCES users (id),
     stage TEXT NOT NULL CHECK (stage IN ('code', 'open')),
     failures INTEGER NOT NULL DEFAULT 0,
     agent TEXT NOT NULL,
     address TEXT NOT NULL,
     ${instant('created_at')},
     ${instant('seen_at')}
   ) STRICT`,
  'CREATE INDEX sessions_user ON sessions (user_id)',
  `CREATE TABLE recovery_codes (
     user_id INTEGER NOT NULL REFERENCES users (id),
     code_hash TEXT NOT NULL,
     PRIMARY KEY (user_id, code_hash)
   ) STRICT, WITHOUT ROWID`,
];

export async function up(knex: Knex): Promise<void> {
  for (const statement of statements) await knex.raw(statement);
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['recovery_codes', 'sessions']) await knex.raw(`DROP TABLE ${table}`);
  await knex.raw('DROP INDEX users_first_owner');
  for (const column of ['first_owner', 'password_temporary', 'totp_secret', 'totp_pending', 'totp_step'])
    await knex.raw(`ALTER TABLE users DROP COLUMN ${column}`);
}
