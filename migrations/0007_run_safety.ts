import type { Knex } from 'knex';

const instant = (name: string, more = 'NOT NULL'): string =>
  `${name} TEXT ${more} CHECK (${name} IS NULL OR strftime('%Y-%m-%dT%H:%M:%fZ', ${name}) IS ${name})`;

const BEFORE = ['review', 'stale_data', 'too_many', 'unusually_many'];
const NOW = [...BEFORE, 'backlog', 'not_seen'];

/** A check cannot be changed, so a column with the new one takes the old one's values, place and name. */
const heldWith = (words: readonly string[], otherwise: string): string[] => {
  const list = words.map((word) => `'${word}'`).join(', ');
  return [
    `ALTER TABLE runs ADD COLUMN held_anew TEXT CHECK (held_anew IN (${list}))`,
    `UPDATE runs SET held_anew = CASE WHEN held IS NULL OR held IN (${list}) THEN held ELSE '${otherwise}' END`,
    'ALTER TABLE runs DROP COLUMN held',
    'ALTER TABLE runs RENAME COLUMN held_anew TO held',
  ];
};

/** More reasons for a run to wait, and the notices that owners get by e-mail. */
const statements = [
  ...heldWith(NOW, 'review'),
  // The hour of the morning notice, HH:MM in the company's zone; null for none.
  `ALTER TABLE users ADD COLUMN morning_notice_at TEXT
     CHECK (morning_notice_at IS NULL OR morning_notice_at GLOB '[0-2][0-9]:[0-5][0-9]')`,
  // Null: as soon as a mail account is connected.
  'ALTER TABLE users ADD COLUMN problem_notice INTEGER CHECK (problem_notice IN (0, 1))',
  `CREATE TABLE notices (
     id INTEGER PRIMARY KEY,
     kind TEXT NOT NULL CHECK (kind IN ('morning', 'problems')),
     day TEXT NOT NULL CHECK (date(day) IS day),
     user_id INTEGER NOT NULL REFERENCES users (id),
     state TEXT NOT NULL DEFAULT 'queued'
       CHECK (state IN ('queued', 'sending', 'handover', 'sent', 'failed', 'uncertain')),
     address TEXT NOT NULL,
     subject TEXT NOT NULL,
     text TEXT NOT NULL,
     message_id TEXT NOT NULL UNIQUE,
     attempts INTEGER NOT NULL DEFAULT 0,
     ${instant('next_attempt_at', '')},
     transport TEXT CHECK (transport IN ('smtp', 'letterbox')),
     server_reply TEXT NOT NULL DEFAULT '',
     ${instant('created_at')},
     ${instant('settled_at', '')},
     -- Once a day for each owner, whatever crashes, and however many processes there are.
     UNIQUE (kind, day, user_id)
   ) STRICT`,
  `CREATE INDEX notices_open ON notices (id) WHERE state IN ('queued', 'sending', 'handover')`,
  // When something of a kind happened last, each run and each look at the clock asks.
  'CREATE INDEX history_kind ON history (kind, id)',
];

export async function up(knex: Knex): Promise<void> {
  for (const statement of statements) await knex.raw(statement);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP INDEX history_kind');
  await knex.raw('DROP TABLE notices');
  for (const column of ['problem_notice', 'morning_notice_at'])
    await knex.raw(`ALTER TABLE users DROP COLUMN ${column}`);
  for (const statement of heldWith(BEFORE, 'too_many')) await knex.raw(statement);
}
