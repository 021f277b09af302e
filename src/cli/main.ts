import { type Config, readConfig } from '../config.ts';
import { type Key, translator } from '../i18n/translate.ts';
import { Refusal } from '../refusal.ts';
import { VERSION } from '../version.ts';
import { type Arguments, readArguments } from './args.ts';
import { backup, restore } from './backupCommands.ts';
import { check, demo, exportAll, importFiles } from './dataCommands.ts';
import { HELP } from './help.ts';
import { type Installation, withInstallation } from './installation.ts';
import { EXIT, type ExitCode, print, tell } from './output.ts';
import { explain, forecast, run } from './runCommands.ts';
import { user } from './userCommands.ts';

interface Command {
  run: (installation: Installation, args: Arguments) => Promise<ExitCode>;
  options: Parameters<typeof readArguments>[1]['options'];
  /** How many words may follow: none, unless it says so. */
  words?: number;
  /** Makes the database when there is none yet. */
  create?: boolean;
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

const COMMANDS: Record<string, Command> = {
  // Loaded only when asked for: the other commands need no web app, and start sooner without it.
  serve: { run: async (installation) => (await import('./serve.ts')).serve(installation), options: {}, create: true },
  run: { run, options: { day: text, 'dry-run': flag, deliver: flag, json: flag } },
  forecast: { run: forecast, options: { day: text, days: text, json: flag } },
  explain: { run: explain, words: 1, options: { day: text, json: flag } },
  import: {
    run: importFiles,
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
  export: { run: exportAll, words: 1, options: {} },
  demo: { run: demo, options: { language: text, starter: flag }, create: true },
  backup: { run: backup, words: 1, options: { force: flag } },
  check: { run: check, options: { json: flag } },
  user: {
    run: user,
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
};

/** Works with the folder and not with the database in it, which nobody may have open meanwhile. */
const restoring: Pick<Command, 'options' | 'words'> & { run: (config: Config, args: Arguments) => Promise<ExitCode> } =
  {
    run: restore,
    words: 1,
    options: {},
  };

/** Runs one command line and returns its exit code. Expected refusals become one sentence on stderr. */
export async function main(argv: string[]): Promise<ExitCode> {
  const [name = 'serve', ...rest] =
    argv[0]?.startsWith('--') && argv[0] !== '--help' && argv[0] !== '--version' ? ['serve', ...argv] : argv;
  if (name === '--help' || name === 'help') return show(HELP);
  if (name === '--version') return show(VERSION);
  try {
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!command && name !== 'restore') throw new Refusal('unknown_command', { command: name });
    if (rest.includes('--help')) return show(HELP);
    const args = readArguments(rest, { ...(command ?? restoring), name });
    const config = readConfig(process.env);
    if (!command) return await restoring.run(config, args);
    return await withInstallation(config, (installation) => command.run(installation, args), {
      create: command.create ?? false,
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    tell(oneLine(translator('en')(`refusal.${error.code}` as Key, error.params)));
    return EXIT.refused;
  }
}

/** What is quoted from a file may hold anything, line breaks and terminal codes included. */
const oneLine = (words: string): string => words.replace(/[\s\p{Cc}]+/gu, ' ').trim();

const show = (words: string): ExitCode => {
  print(words);
  return EXIT.done;
};
