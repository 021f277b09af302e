// A process that only opens the database named on its command line, and so brings it to the newest migration.
import { openDatabase } from '../../src/store/database.ts';

const db = await openDatabase(process.argv[2] ?? '', { at: '2026-11-23T09:00:00.000Z' });
await db.destroy();
