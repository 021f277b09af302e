import { connect, type Db, openDatabase } from '../../src/store/database.ts';

/** Outlives the test file (tools/testEnvironment.cjs): the content of each database, by its name. */
const made = (globalThis as unknown as { keptBetweenTests: Map<string, Promise<Buffer>> }).keptBetweenTests;

/**
 * A database of its own in memory. What is in it is made once, under the `name`, and copied from then on: to migrate and to fill
 * a database takes longer than most tests. What has the same name must be filled alike.
 */
export async function memoryDatabase(name = 'empty', fill: (db: Db) => Promise<unknown> = nothing): Promise<Db> {
  const bytes = made.get(name) ?? make(fill);
  made.set(name, bytes);
  // What the driver takes for the name of a file may be its content as well.
  return connect((await bytes) as unknown as string);
}

const nothing = async (): Promise<void> => undefined;

async function make(fill: (db: Db) => Promise<unknown>): Promise<Buffer> {
  const db = await openDatabase(':memory:');
  await fill(db);
  const connection = (await db.client.acquireConnection()) as { serialize(): Buffer };
  const bytes = connection.serialize();
  db.client.releaseConnection(connection);
  await db.destroy();
  return bytes;
}
