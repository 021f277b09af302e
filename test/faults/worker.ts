// What the product does not do: senders without one of its guards. The suite has to see what each of them does wrong; where it
// did not, its other lines would prove nothing. Usage: node worker.ts WHICH, with the product's environment.
import { setTimeout } from 'node:timers/promises';
import { clockAt } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import type { Transport } from '../../src/mail/transport.ts';
import { deliverOutbox } from '../../src/services/deliverOutbox.ts';
import { runDay } from '../../src/services/runDay.ts';
import { transportFor } from '../../src/services/transportFor.ts';
import { workAsSender } from '../../src/services/workAsSender.ts';
import { openDatabase } from '../../src/store/database.ts';
import { recoverReminders } from '../../src/store/reminders.ts';
import { readSettings } from '../../src/store/settings.ts';
import { DAY } from './house.ts';

const [, , which = ''] = process.argv;
const config = readConfig(process.env);
const db = await openDatabase(config.databaseFile);
const clock = clockAt(DAY, '13:00', 'Europe/Paris');
const real = transportFor(await readSettings(db), null);

/** Remembers that it hands over only when it knows how that ended. */
const remembersAfter: Transport = { ...real, deliver: (mail) => real.deliver(mail, async () => undefined) };

/** Takes silence after the dot for a no, as for any other error. */
const triesAgain: Transport = {
  ...real,
  async deliver(mail, onHandover) {
    const receipt = await real.deliver(mail, onHandover);
    return receipt.kind === 'unknown' ? { kind: 'unavailable', reply: receipt.reply, stop: false } : receipt;
  },
};

const work = async (transport: Transport): Promise<void> => {
  await runDay(db, { day: DAY, clock, owner: String(process.pid) });
  await deliverOutbox(db, { clock, owner: String(process.pid), transport, ignoreHold: true });
};

if (which === 'normal-sync') {
  await db.raw('PRAGMA synchronous = NORMAL');
  await workAsSender(db, { lockFile: config.lockFile, clock }, () => work(real));
} else if (which === 'no-lock') {
  await recoverReminders(db, '2026-02-09T12:00:00.000Z');
  await work(real).catch(() => undefined);
  await setTimeout(10);
  await recoverReminders(db, '2026-02-09T12:00:00.000Z');
  await work(real).catch(() => undefined);
} else {
  const transport = which === 'remembers-after' ? remembersAfter : triesAgain;
  await workAsSender(db, { lockFile: config.lockFile, clock }, () => work(transport));
}
await db.destroy();
