import Database from 'better-sqlite3';

/** Held until released; the operating system frees it when the process dies, however it dies. */
export interface Lock {
  release(): void;
}

/**
 * Takes the one right to run and to send, or returns null when another process has it. An exclusive SQLite lock on a
 * file beside the database: a suspended process keeps it, a killed one frees it at once (RELIABILITY §0.6).
 */
export function takeLock(file: string): Lock | null {
  const connection = new Database(file, { timeout: 0 });
  try {
    connection.exec('BEGIN EXCLUSIVE');
    return { release: () => connection.close() };
  } catch (error) {
    connection.close();
    if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
}
