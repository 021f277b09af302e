// The least that any program could take for the same work: node bench/floors.ts NAME FILE [COUNT] [PORT]
import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { parse } from 'csv-parse/sync';
import SMTPConnection from 'nodemailer/lib/smtp-connection';

const [name = '', file = '', count = '0', port = '0'] = process.argv.slice(2);

const floors: Record<string, () => void | Promise<void>> = {
  /** The file parsed, and a row a document inserted in one transaction. */
  insert() {
    const rows: string[][] = parse(readFileSync(file), { fromLine: 2 });
    const database = writable(':memory:');
    database.exec(
      'CREATE TABLE t (number TEXT PRIMARY KEY, day TEXT, customer TEXT, country TEXT, n INT, amount TEXT)',
    );
    const insert = database.prepare('INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)');
    database.transaction(() => rows.forEach((row) => insert.run(row)))();
  },
  /** The rows that a decision depends on, read. */
  read() {
    const database = new Database(file, { readonly: true });
    const tables = [
      'invoices WHERE outstanding_minor > 0',
      'credit_notes WHERE remaining_minor > 0',
      'customers',
      'contacts',
      'enrolments',
      'completions',
      'reminder_invoices',
    ];
    for (const table of tables) database.prepare(`SELECT * FROM ${table}`).all();
  },
  /** So many durable commits of one small row. */
  commits() {
    const database = writable(file);
    database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, state TEXT)');
    const insert = database.prepare('INSERT INTO t (state) VALUES (?)');
    for (let n = 0; n < Number(count); n++) insert.run('sent');
  },
  /** The messages of the history sent again, over one connection, and nothing written down. */
  async smtp() {
    const messages = sentMessages();
    const connection = new SMTPConnection({ host: '127.0.0.1', port: Number(port), ignoreTLS: true });
    await new Promise<void>((resolve) => connection.connect(() => resolve()));
    for (const { raw, address } of messages)
      await new Promise<void>((resolve, reject) =>
        connection.send({ from: 'floor@wholesaler.example', to: [address] }, raw, (error) =>
          error ? reject(error) : resolve(),
        ),
      );
    connection.quit();
  },
};

function writable(target: string): Database.Database {
  const database = new Database(target);
  for (const pragma of ['journal_mode = WAL', 'synchronous = FULL']) database.pragma(pragma);
  return database;
}

function sentMessages(): { raw: Buffer; address: string }[] {
  const database = new Database(file, { readonly: true });
  const sql = 'SELECT raw, address FROM messages JOIN reminder_recipients USING (reminder_id) LIMIT ?';
  const rows = database.prepare(sql).all(Number(count)) as { raw: Buffer; address: string }[];
  database.close();
  return rows;
}

const floor = floors[name];
if (!floor) throw new Error(`no floor is called ${name}`);
await floor();
