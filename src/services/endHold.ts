import { randomUUID } from 'node:crypto';
import { type Clock, isoOf } from '../clock.ts';
import type { Config } from '../config.ts';
import { type Identity, readFolder, writeFolder } from '../store/dataFolder.ts';
import type { Db, Transaction } from '../store/database.ts';
import { type Held, readHeld, readIdentity, unknownMessages, writeHeld, writeIdentity } from '../store/held.ts';
import { addHistory } from '../store/history.ts';
import { type JournalMessage, makeJournal, readJournal } from '../store/journal.ts';
import { readSettings } from '../store/settings.ts';
import { recordLeft } from './recordLeft.ts';

/** How an owner goes on after a restore: what the journal names has left; it may leave again; or all stays held. */
export const HOLD_CHOICES = ['left', 'again', 'trial'] as const;
export type HoldChoice = (typeof HOLD_CHOICES)[number];

/** `gone`: there is no hold any more, or it is another than the one that was shown. */
export type HoldEnd = { kind: 'gone' } | { kind: 'kept' } | { kind: 'ended'; recorded: number; notFound: number };

/** Messages that left this folder and that the database does not know, the newest first (RELIABILITY F42). */
export async function messagesNotKnown(db: Db, { dataDir }: Pick<Config, 'dataDir'>): Promise<JournalMessage[]> {
  const epoch = (await readIdentity(db))?.epoch ?? 0;
  // An earlier epoch is one about which a person has decided, whatever the database knows.
  const open = (readJournal(dataDir)?.messages ?? []).filter((message) => message.epoch >= epoch);
  return (await unknownMessages(db, open, { interrupted: true })).toReversed();
}

/**
 * Does what the owner decided about the hold that began at `since`. Whatever leaves from here on belongs to a new epoch, so
 * that the same messages are not asked about again, and a still older copy is noticed.
 */
export async function endHold(db: Db, { choice, since, config, clock, userId }: EndingHold): Promise<HoldEnd> {
  const held = await readHeld(db);
  if (held?.since !== since) return { kind: 'gone' };
  const at = isoOf(clock());
  const note = (trx: Transaction, data: object): Promise<void> =>
    addHistory(trx, [{ at, kind: 'hold_decided', userId, data: { choice, reason: held.reason, ...data } }]);
  if (choice === 'trial') {
    await db.transaction(async (trx) => {
      await writeHeld(trx, { ...held, trial: true });
      await note(trx, {});
    });
    return { kind: 'kept' };
  }
  const messages = choice === 'left' ? await messagesNotKnown(db, config) : [];
  const settings = await readSettings(db);
  const next = await nextIdentity(db, config, held);
  // The folder first: should the process end in between, the hold is still there and can be decided again.
  makeJournal(config.dataDir);
  writeFolder(config.dataDir, { ...next, since: at, adopting: false });
  return db.transaction(async (trx) => {
    let recorded = 0;
    for (const message of messages.toReversed())
      if (await recordLeft(trx, message, { settings, at, userId })) recorded += 1;
    await writeIdentity(trx, next);
    await writeHeld(trx, null);
    await note(trx, { recorded });
    return { kind: 'ended', recorded, notFound: messages.length - recorded };
  });
}

interface EndingHold {
  choice: HoldChoice;
  since: string;
  config: Pick<Config, 'dataDir'>;
  clock: Clock;
  userId: number | null;
}

/** A copy becomes an installation of its own; a restored one stays the one that it was. */
async function nextIdentity(db: Db, { dataDir }: Pick<Config, 'dataDir'>, { reason }: Held): Promise<Identity> {
  const [own, folder] = [await readIdentity(db), readFolder(dataDir)];
  const epochs = (readJournal(dataDir)?.messages ?? []).map(({ epoch }) => epoch);
  const epoch = epochs.reduce((most, one) => Math.max(most, one), Math.max(own?.epoch ?? 0, folder?.epoch ?? 0)) + 1;
  const same = reason === 'restored' || reason === 'behind' ? (own?.id ?? folder?.id) : undefined;
  return { id: same ?? randomUUID(), epoch };
}
