import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { backUp } from '../services/backUp.ts';
import { restoreBackup } from '../services/restoreBackup.ts';
import { type Arguments, wordAt } from './args.ts';
import type { Installation } from './installation.ts';
import { EXIT, type ExitCode, tell } from './output.ts';

/** `backup FILE`: a copy of the database in one file, while it is in use. */
export async function backup({ db, config, clock }: Installation, args: Arguments): Promise<ExitCode> {
  const target = wordAt(args, 0, 'backup', 'FILE');
  await backUp(db, { target, force: args.has('force'), config, clock });
  tell(
    `Everything is in ${target}, except the key of the stored passwords: keep secret.key beside it, in another place.`,
  );
  return EXIT.done;
}

/** `restore FILE`: the database of a backup in the place of the present one, with all sending held. */
export async function restore(config: Config, args: Arguments): Promise<ExitCode> {
  const file = wordAt(args, 0, 'restore', 'FILE');
  const { kept } = await restoreBackup(config, file, systemClock);
  tell(
    `${file} is restored${kept ? `; the database that was here is kept as ${kept}` : ''}. Sending is held: ` +
      'start Dunwell, sign in and open /held to decide how to go on.',
  );
  return EXIT.done;
}
