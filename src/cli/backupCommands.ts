import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { backUp } from '../services/backUp.ts';
import { restoreBackup } from '../services/restoreBackup.ts';
import { rollBack } from '../services/rollBack.ts';
import type { Losses } from '../store/losses.ts';
import { type Arguments, wordAt } from './args.ts';
import type { Installation } from './installation.ts';
import { EXIT, type ExitCode, print, tell } from './output.ts';

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
  tell(`${file} is restored${kept ? `; the database that was here is kept as ${kept}` : ''}. ${HELD}`);
  return EXIT.done;
}

const HELD = 'Sending is held: start Dunwell, sign in and open /held to decide how to go on.';

/** `rollback`: back to before an upgrade, with the earlier program; `--dry-run` only says what would be missing. */
export async function rollback(config: Config, args: Arguments): Promise<ExitCode> {
  const dryRun = args.has('dry-run');
  const { copy, from, lost, kept } = await rollBack(config, { dryRun, clock: systemClock });
  const place = `the database of ${copy.madeAt}, before the upgrade${from ? ` to ${from}` : ''}`;
  const since = `Since then: ${wordsOf(lost)}.`;
  if (dryRun)
    print(
      `This would go back to ${place} (${copy.file}).\n` +
        `${since} That, and whatever else was entered since, would not be in it.\nNothing was changed.`,
    );
  else tell(`This is again ${place}. ${since} That, and whatever else was entered since, is in ${kept} only. ${HELD}`);
  return EXIT.done;
}

function wordsOf({ messages, payments, invoices }: Losses): string {
  return `${counted(messages, 'message')} sent, ${counted(payments, 'payment')} and ${counted(invoices, 'invoice')} recorded`;
}

/** Null where the newer version keeps that in a way that this one cannot read. */
const counted = (count: number | null, what: string): string =>
  count === null ? `an unknown number of ${what}s` : `${count} ${what}${count === 1 ? '' : 's'}`;
