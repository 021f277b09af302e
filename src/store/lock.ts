import Database from 'better-sqlite3';

/** Held until released; the operating system frees it when the process dies, however it dies. */
export interface Lock {
  release(): void;
}

/**
 * Takes the one right to run and to send, or returns null when another process has it. An exclusive SQLite lock on a
 * file beside the database: a suspended process keeps it, a killed one frees it at once (RELIABILITY §0.6).
 */
export const takeLock = (file: string): Lock | null => lockBy(file, ['BEGIN EXCLUSIVE']);

/**
 * Takes part in using what the file stands for, as any number of processes may at once; null while one has it for itself.
 * Whoever takes the whole lock knows that nobody takes part.
 */
export const shareLock = (file: string): Lock | null => lockBy(file, ['BEGIN', 'SELECT 1 FROM sqlite_master']);

function lockBy(file: string, statements: readonly string[]): Lock | null {
  const connection = new Database(file, { timeout: 0 });
  try {
    for (const statement of statements) connection.exec(statement);
    return { release: () => connection.close() };
  } catch (error) {
    connection.close();
    if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
}
