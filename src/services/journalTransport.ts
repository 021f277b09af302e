import { type Clock, isoOf } from '../clock.ts';
import type { Config } from '../config.ts';
import { localMoment } from '../domain/timetable.ts';
import type { Transport } from '../mail/transport.ts';
import type { Db } from '../store/database.ts';
import { handoverOf } from '../store/handovers.ts';
import { readIdentity } from '../store/held.ts';
import { appendJournal } from '../store/journal.ts';
import { readSettings } from '../store/settings.ts';

/**
 * A way out that keeps a journal outside the database, in the data folder (decision 0019). The line is on the disk before
 * `handover` is committed, so before the final dot: nothing can have left that the journal does not know. When it cannot be
 * written, the message does not leave. What stays on this machine, in the letterbox, needs no journal.
 */
export function journalTransport(
  transport: Transport,
  { db, clock, config: { dataDir } }: { db: Db; clock: Clock; config: Pick<Config, 'dataDir'> },
): Transport {
  if (transport.kind === 'letterbox') return transport;
  return {
    kind: transport.kind,
    close: () => transport.close(),
    async deliver(mail, onHandover) {
      const message = await handoverOf(db, messageIdIn(mail.raw));
      // A message that is no reminder, such as a notice to the owner, completes nothing.
      if (!message) return transport.deliver(mail, onHandover);
      const { messageId } = message;
      const epoch = (await readIdentity(db))?.epoch ?? 1;
      const { timeZone } = await readSettings(db);
      let handed = false;
      const receipt = await transport.deliver(mail, async () => {
        const [at, { day }] = [isoOf(clock()), localMoment(clock(), timeZone)];
        await appendJournal(dataDir, { v: 1, event: 'handed', epoch, at, day, ...message });
        handed = true;
        await onHandover();
      });
      if (!handed) return receipt;
      const end = { v: 1, event: 'ended', epoch, at: isoOf(clock()), messageId, outcome: receipt.kind } as const;
      // The message is where it is: that this line is missing only makes the journal more careful.
      await appendJournal(dataDir, end).catch(() => undefined);
      return receipt;
    },
  };
}

const messageIdIn = (raw: Buffer): string =>
  /^message-id:\s*(<[^>]+>)/im.exec(raw.toString('latin1', 0, 16_384))?.[1] ?? '';
