import type { Config } from '../config.ts';
import type { Arguments, Shape } from './args.ts';
import type { Installation } from './installation.ts';
import type { ExitCode } from './output.ts';

/** What a command does with what it was given; the exit code is its answer. */
export type Work<Given> = (given: Given, args: Arguments) => Promise<ExitCode>;

/**
 * One command: how its line is read, what it needs before it begins, and where its work is. The work is loaded when it is
 * asked for: whoever wants the version, or to know whether the server is well, waits for no database library.
 */
export type Command = Shape &
  (
    | {
        needs: 'database';
        load: () => Promise<Work<Installation>>;
        /** Makes the database when there is none yet. */
        create?: boolean;
      }
    // Works with the folder or the server, and not with the database, which nobody may have open meanwhile.
    | { needs: 'config'; load: () => Promise<Work<Config>> }
    | { needs: 'nothing'; load: () => Promise<Work<null>> }
  );

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

/** Every command. What each is for is in the manual, which a guard compares with this table. */
export const COMMANDS: Record<string, Command> = {
  serve: { needs: 'database', load: async () => (await import('./serve.ts')).serve, options: {}, create: true },
  run: {
    needs: 'database',
    load: async () => (await import('./runCommands.ts')).run,
    options: { day: text, 'dry-run': flag, deliver: flag, json: flag },
  },
  forecast: {
    needs: 'database',
    load: async () => (await import('./runCommands.ts')).forecast,
    options: { day: text, days: text, json: flag },
  },
  explain: {
    needs: 'database',
    load: async () => (await import('./runCommands.ts')).explain,
    words: 1,
    options: { day: text, json: flag },
  },
  import: {
    needs: 'database',
    load: async () => (await import('./dataCommands.ts')).importFiles,
    words: Infinity,
    create: true,
    options: {
      as: text,
      currency: text,
      'term-days': text,
      'credit-note-prefix': text,
      collective: text,
      'month-first': flag,
      'skip-refused': flag,
      'dry-run': flag,
      json: flag,
    },
  },
  export: {
    needs: 'database',
    load: async () => (await import('./dataCommands.ts')).exportAll,
    words: 1,
    options: {},
  },
  demo: {
    needs: 'database',
    load: async () => (await import('./dataCommands.ts')).demo,
    options: { language: text, starter: flag },
    create: true,
  },
  backup: {
    needs: 'database',
    load: async () => (await import('./backupCommands.ts')).backup,
    words: 1,
    options: { force: flag },
  },
  restore: {
    needs: 'config',
    load: async () => (await import('./backupCommands.ts')).restore,
    words: 1,
    options: {},
  },
  rollback: {
    needs: 'config',
    load: async () => (await import('./backupCommands.ts')).rollback,
    options: { 'dry-run': flag },
  },
  check: {
    needs: 'database',
    load: async () => (await import('./checkCommand.ts')).check,
    options: { dkim: text, json: flag },
  },
  health: { needs: 'config', load: async () => (await import('./health.ts')).health, options: { url: text } },
  user: {
    needs: 'database',
    load: async () => (await import('./userCommands.ts')).user,
    words: 2,
    create: true,
    options: {
      name: text,
      language: text,
      owner: flag,
      'password-stdin': flag,
      'drop-second-factor': flag,
      json: flag,
    },
  },
  help: {
    needs: 'nothing',
    load: async () => (await import('./aboutCommands.ts')).help,
    words: 1,
    options: { all: flag },
  },
  version: { needs: 'nothing', load: async () => (await import('./aboutCommands.ts')).version, options: {} },
  licences: { needs: 'nothing', load: async () => (await import('./aboutCommands.ts')).licences, options: {} },
};
