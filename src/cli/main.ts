import { Refusal } from '../refusal.ts';
import { type Arguments, readArguments, unknownCommand } from './args.ts';
import { COMMANDS, type Command } from './commands.ts';
import { EXIT, type ExitCode, tell } from './output.ts';

/** What stands for a command where everybody tries it first. */
const SHORT: Record<string, string> = { '--help': 'help', '-h': 'help', '--version': 'version' };

/** Runs one command line and returns its exit code. Expected refusals become one sentence on stderr; from `serve`, lines of the log. */
export async function main(argv: string[]): Promise<ExitCode> {
  const [name, ...rest] = withCommand(argv);
  try {
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!command) throw unknownCommand(name, Object.keys(COMMANDS));
    if (asksForHelp(rest)) return await main(['help', name]);
    const work = start.bind(null, command, readArguments(rest, { ...command, name }));
    if (name !== 'serve') return await work();
    const { endInLog } = await import('./endInLog.ts');
    return await endInLog(work, sentenceOf);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    tell(await sentenceOf(error));
    return EXIT.refused;
  }
}

/** Without a command it serves; what begins with a dash and is no command belongs to that one. */
function withCommand(argv: string[]): [string, ...string[]] {
  const [first, ...rest] = argv;
  if (first === undefined) return ['serve'];
  if (Object.hasOwn(SHORT, first)) return [SHORT[first] ?? first, ...rest];
  return first.startsWith('-') ? ['serve', ...argv] : [first, ...rest];
}

/** What follows `--` is no option, whatever it looks like. */
function asksForHelp(args: string[]): boolean {
  const options = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  return options.includes('--help') || options.includes('-h');
}

async function start(command: Command, args: Arguments): Promise<ExitCode> {
  if (command.needs === 'nothing') return (await command.load())(null, args);
  const { readConfig } = await import('../config.ts');
  const config = readConfig(process.env);
  const { needs, load } = command;
  if (needs === 'config') return (await load())(config, args);
  const [{ withInstallation }, work] = await Promise.all([import('./installation.ts'), load()]);
  return withInstallation(config, (installation) => work(installation, args), { create: command.create ?? false });
}

async function sentenceOf({ code, params }: Refusal): Promise<string> {
  const { translator } = await import('../i18n/translate.ts');
  return oneLine(translator('en')(`refusal.${code}` as Parameters<ReturnType<typeof translator>>[0], params));
}

/** What is quoted from a file may hold anything, line breaks and terminal codes included. */
const oneLine = (words: string): string => words.replace(/[\s\p{Cc}]+/gu, ' ').trim();
