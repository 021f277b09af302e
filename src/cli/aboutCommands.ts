import { Refusal } from '../refusal.ts';
import { readResource } from '../resources.ts';
import { VERSION } from '../version.ts';
import { type Arguments, unknownCommand } from './args.ts';
import { commandHelp, commandNames, everything, overview } from './help.ts';
import { EXIT, type ExitCode, print } from './output.ts';

/** `help [COMMAND]`: an overview, one command in full, or with `--all` the whole manual. */
export async function help(_: null, args: Arguments): Promise<ExitCode> {
  const [name] = args.words;
  if (args.has('all')) print(everything());
  else if (name === undefined) print(overview());
  else if (commandNames.includes(name)) print(commandHelp(name));
  else throw unknownCommand(name, commandNames);
  return EXIT.done;
}

/** `version`: the number alone, so that scripts can compare it. */
export async function version(): Promise<ExitCode> {
  print(VERSION);
  return EXIT.done;
}

/** `licences`: what the packages inside say about their use. The build makes that file; the sources may be without it. */
export async function licences(): Promise<ExitCode> {
  const name = 'THIRD-PARTY-LICENCES.txt';
  const file = readResource(name) ?? readResource(`dist/${name}`);
  if (file === null) throw new Refusal('no_licences');
  print(file.toString('utf8').trimEnd());
  return EXIT.done;
}
