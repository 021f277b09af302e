import { readConfig } from './src/config.ts';
import { migrationSource } from './migrations/index.ts';

/** For the knex command line (`npm run migrate`); the product migrates by itself when it opens its database. */
export default {
  client: 'better-sqlite3',
  connection: { filename: readConfig(process.env).databaseFile },
  useNullAsDefault: true,
  migrations: { migrationSource },
};
