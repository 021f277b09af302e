import { brokenReferences, type Db, durability, integrity } from '../store/database.ts';
import { wrongBalances } from '../store/ledger.ts';
import { schemaDifferences } from '../store/schema.ts';
import { attention, fine, type Finding, problem, sizeWords } from './finding.ts';
import type { Storage } from './measureStorage.ts';

/** SQLite writes its log into the database every four megabytes; one that has outgrown this and the database never is. */
const LOG_LIMIT = 64e6;
const RESTORE = 'Stop Dunwell and put the last good backup back with `dunwell restore FILE` (docs/backup.md).';

/** Checks the database itself: that it is sound and of our making, that its sums are right, and that its log is kept short. */
export const checkDatabase = async (db: Db, storage: Pick<Storage, 'database' | 'log'>): Promise<Finding[]> => [
  await soundness(db, storage),
  await references(db),
  await balances(db),
  await schema(db),
  await durable(db),
  log(storage),
];

async function soundness(db: Db, { database }: Pick<Storage, 'database'>): Promise<Finding> {
  const [first] = await integrity(db);
  if (first !== undefined) return problem('database', first.replace(/\s+/g, ' '), RESTORE);
  return fine('database', `sound, ${database === null ? 'in memory' : sizeWords(database)}`);
}

async function references(db: Db): Promise<Finding> {
  const [first] = await brokenReferences(db);
  return first === undefined ? fine('references', 'all lead somewhere') : problem('references', first, RESTORE);
}

async function balances(db: Db): Promise<Finding> {
  const wrong = await wrongBalances(db);
  if (wrong.length === 0) return fine('balances', 'all follow from their payments');
  const [{ table, id }] = wrong as [{ table: string; id: number }];
  return problem('balances', `${wrong.length} do not follow from their payments (${table} ${id})`, RESTORE);
}

async function schema(db: Db): Promise<Finding> {
  const [first] = await schemaDifferences(db);
  if (first === undefined) return fine('schema', 'as its migrations make it');
  return problem('schema', first, `Something else has changed the database: take it out again. Else: ${RESTORE}`);
}

async function durable(db: Db): Promise<Finding> {
  const { journal, synchronous } = await durability(db);
  const detail = `journal ${journal}, synchronous ${['OFF', 'NORMAL', 'FULL', 'EXTRA'][synchronous] ?? synchronous}`;
  if (synchronous >= 2) return fine('durability', `${detail}: what is written survives a power cut`);
  return problem(
    'durability',
    `${detail}: a power cut may forget what was sent`,
    'Use the Dunwell binary or its own packages: this SQLite does not do what it is told (docs/decisions/0002).',
  );
}

function log({ database, log: bytes }: Pick<Storage, 'database' | 'log'>): Finding {
  if (bytes === null || bytes <= Math.max(LOG_LIMIT, database ?? 0))
    return fine('log', `${sizeWords(bytes ?? 0)} beside the database`);
  return attention(
    'log',
    `${sizeWords(bytes)} in dunwell.db-wal, more than in the database itself`,
    'Restart Dunwell; if the log grows again, find the other program that keeps dunwell.db open, such as a database browser, and end it.',
  );
}
