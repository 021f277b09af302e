// F31–F33: what people do while messages leave, in random order, against the real services and a real database. What the
// product may send is worked out beside it, from nothing but the list of what was done. Run by facts.ts in a process of its own:
// node interleave.ts SEED COUNT [unguarded]
import { clockAt } from '../../src/clock.ts';
import { type Day } from '../../src/domain/calendar.ts';
import type { Receipt, Transport } from '../../src/mail/transport.ts';
import { importArchive } from '../../src/services/archives.ts';
import { deliverOutbox } from '../../src/services/deliverOutbox.ts';
import { liftDispute } from '../../src/services/liftDispute.ts';
import { openDispute } from '../../src/services/openDispute.ts';
import { pauseCustomer } from '../../src/services/pauseCustomer.ts';
import { pauseInvoice } from '../../src/services/pauseInvoice.ts';
import { recordPayment } from '../../src/services/recordPayment.ts';
import { recordPromise } from '../../src/services/recordPromise.ts';
import { removeContact } from '../../src/services/removeContact.ts';
import { runDay } from '../../src/services/runDay.ts';
import { saveContact } from '../../src/services/saveContact.ts';
import { switchFollowUp } from '../../src/services/switchFollowUp.ts';
import { unenrolCustomers } from '../../src/services/unenrolCustomers.ts';
import { writeOffInvoice } from '../../src/services/writeOffInvoice.ts';
import { type Db, openDatabase } from '../../src/store/database.ts';
import { messageOf, moveState, nextQueued } from '../../src/store/reminders.ts';
import { DAY, debtors, dice, firmOf } from './house.ts';

/** What is known about an invoice and its customer, by the list of what was done. */
interface Known {
  invoice: number;
  customer: number;
  contact: number;
  /** In minor units. */
  open: number;
  address: string;
  stopped: Set<string>;
}

const BATCH = 100;
const UNTIL: Day = '2026-03-31';
const clock = clockAt(DAY, '13:30', 'Europe/Paris');
const doing = { clock, userId: null };

type Deed = (db: Db, of: Known, n: number) => Promise<void>;

/** Everything that a person can do about an invoice that waits; each tells the ledger beside it. */
const DEEDS: Record<string, Deed> = {
  pay: async (db, of, n) => {
    await recordPayment(db, of.invoice, { ...payment(of.open, n), ...doing });
    of.open = 0;
  },
  payPart: async (db, of, n) => {
    const amount = Math.floor(of.open / 3);
    if (amount === 0) return;
    await recordPayment(db, of.invoice, { ...payment(amount, n), ...doing });
    of.open -= amount;
  },
  dispute: async (db, of) => {
    if ((await openDispute(db, [of.invoice], { reason: 'damaged', note: '', ...doing })) > 0) of.stopped.add('dispute');
  },
  lift: async (db, of) => {
    await liftDispute(db, of.invoice, doing);
    of.stopped.delete('dispute');
  },
  promise: async (db, of) => {
    const promised = { until: UNTIL, amount: null, note: '', ...doing };
    if ((await recordPromise(db, [of.invoice], promised)) > 0) of.stopped.add('promise');
  },
  pause: async (db, of) => {
    if (await pauseInvoice(db, of.invoice, { until: null, reason: 'asked', ...doing })) of.stopped.add('pause');
  },
  pauseCustomer: async (db, of) => {
    await pauseCustomer(db, of.customer, { until: null, reason: 'asked', ...doing });
    of.stopped.add('customer');
  },
  switchOff: async (db, of) => {
    await switchFollowUp(db, [of.invoice], { enabled: false, ...doing });
    of.stopped.add('off');
  },
  switchOn: async (db, of) => {
    await switchFollowUp(db, [of.invoice], { enabled: true, ...doing });
    of.stopped.delete('off');
  },
  move: async (db, of, n) => {
    const address = `moved${n}@customer.example`;
    const fields = { name: 'Moved', role: '', email: address, phone: null, receives: 'to' as const };
    const saved = await saveContact(db, { contactId: of.contact }, fields as never, doing);
    if (saved.ok) of.address = address;
  },
  leave: async (db, of) => {
    await removeContact(db, of.contact, doing);
    of.stopped.add('contact');
  },
  unenrol: async (db, of) => {
    await unenrolCustomers(db, [of.customer], { planId: null, ...doing });
    of.stopped.add('plan');
  },
  writeOff: async (db, of) => {
    if (await writeOffInvoice(db, of.invoice, { reason: 'lost', ...doing })) of.stopped.add('written off');
  },
};

const payment = (amount: number, n: number): Omit<Parameters<typeof recordPayment>[2], 'clock' | 'userId'> => ({
  amount: Math.max(1, amount),
  receivedOn: DAY,
  reference: '',
  formKey: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
});

export interface Interleaved {
  tries: number;
  sent: number;
  stopped: number;
  changed: number;
  lost: number;
  doubled: number;
  notes: string[];
}

/** Plays so many claims with what happens around them. `unguarded` sends without asking again: the control. */
export async function interleave(seed: number, count: number, unguarded = false): Promise<Interleaved> {
  const chance = dice(seed);
  const result: Interleaved = { tries: 0, sent: 0, stopped: 0, changed: 0, lost: 0, doubled: 0, notes: [] };
  while (result.tries < count) {
    const db = await openDatabase(':memory:');
    const archive = firmOf(debtors(BATCH));
    await importArchive(db, archive, { file: 'archive.json', clock: clockAt('2026-01-05', '12:00', 'Europe/Paris') });
    await runDay(db, { day: DAY, clock: clockAt(DAY, '13:00', 'Europe/Paris'), owner: 'faults' });
    await play(db, chance, result, unguarded);
    await db.destroy();
  }
  return result;
}

async function play(db: Db, chance: ReturnType<typeof dice>, result: Interleaved, unguarded: boolean): Promise<void> {
  const ledger = await ledgerOf(db);
  const names = Object.keys(DEEDS);
  let n = 0;
  const happen = async (times: number): Promise<void> => {
    for (let k = 0; k < times; k++) {
      // Half of what happens is about whoever comes soon, so that the race is often for the same message.
      const place = chance.below(2) === 0 ? result.tries % BATCH : chance.below(BATCH);
      const of = ledger[Math.min(BATCH - 1, place)] as Known;
      await (DEEDS[chance.pick(names)] as Deed)(db, of, ++n + result.tries * 100);
    }
  };
  const seen = new Map<string, number>();
  const judge = async (raw: Buffer, to: string[]): Promise<void> => {
    const text = raw.toString('latin1');
    const of = ledger[Number(/^Subject: F-(\d+)$/m.exec(text.replaceAll('\r', ''))?.[1])];
    if (!of) return void result.notes.push('a message about nothing');
    const id = /^message-id:\s*(\S+)/im.exec(text)?.[1] ?? '';
    seen.set(id, (seen.get(id) ?? 0) + 1);
    if (of.open === 0) result.notes.push(`seed: sent although paid`);
    if (of.stopped.size) result.notes.push(`sent although ${[...of.stopped].join(', ')}`);
    if (!to.includes(of.address)) result.notes.push(`sent to ${to.join()} instead of ${of.address}`);
  };
  const transport: Transport = {
    kind: 'smtp',
    close: () => undefined,
    async deliver({ envelope, raw }, onHandover): Promise<Receipt> {
      await happen(chance.below(2));
      await onHandover();
      await judge(raw, envelope.to);
      // The dot is on its way: what happens from here on comes too late.
      await happen(chance.below(2));
      const recipients = envelope.to.map((address) => ({ address, accepted: true, reply: '' }));
      return { kind: 'accepted', reply: '250 ok', recipients };
    },
  };
  const progress = async (): Promise<void> => {
    for (let lives = 0; lives < 3; lives++)
      await (unguarded
        ? deliverBlindly(db, transport)
        : deliverOutbox(db, { clock, owner: 'faults', transport, ignoreHold: true, goOn }));
  };
  const goOn = (): boolean => true;
  await happen(20);
  await progress();
  await settle(db, seen, result);
}

/** What a sender would do that asks nothing more once a message is in the queue. */
async function deliverBlindly(db: Db, transport: Transport): Promise<void> {
  for (let after = 0; ; ) {
    const reminder = await nextQueued(db, '9999', { ignoreHold: true, after });
    if (!reminder) return;
    after = reminder.id;
    await moveState(db, reminder.id, 'queued', 'sending');
    const subject = `Subject: ${reminder.subject}\r\nMessage-ID: ${reminder.message_id}\r\n`;
    const raw = (await messageOf(db, reminder.id)) ?? Buffer.from(subject);
    const to: string[] = await db('reminder_recipients').where({ reminder_id: reminder.id }).pluck('address');
    await transport.deliver({ envelope: { from: 'x@x.example', to }, raw }, async () => undefined);
    await moveState(db, reminder.id, 'sending', 'sent');
  }
}

async function settle(db: Db, seen: ReadonlyMap<string, number>, result: Interleaved): Promise<void> {
  const reminders: { state: string; message_id: string }[] = await db('reminders');
  result.tries += reminders.length;
  for (const { state, message_id } of reminders) {
    const times = seen.get(message_id) ?? 0;
    if (times > 1) result.doubled += times - 1;
    if (state === 'sent') result.sent += 1;
    else if (state === 'cancelled') result.stopped += 1;
    else result.lost += 1;
    if ((state === 'sent') !== times > 0) result.notes.push(`${state}, and the server had it ${times} times`);
  }
  result.changed += Number(
    (await db('reminder_invoices').whereNot({ outstanding_minor: 10_000 }).count({ n: '*' }))[0]?.n,
  );
}

async function ledgerOf(db: Db): Promise<Known[]> {
  const rows: { invoice: number; customer: number; contact: number; address: string; number: string }[] = await db
    .select({ invoice: 'i.id', number: 'i.number', customer: 'i.customer_id', contact: 'c.id', address: 'c.email' })
    .from('invoices as i')
    .join('contacts as c', 'c.customer_id', 'i.customer_id');
  const ledger: Known[] = [];
  for (const { number, ...row } of rows) ledger[Number(number.slice(2))] = { ...row, open: 10_000, stopped: new Set() };
  return ledger;
}

if (process.argv[1]?.endsWith('interleave.ts')) {
  const [, , seed = '1', count = '1000', unguarded] = process.argv;
  const result = await interleave(Number(seed), Number(count), unguarded === 'unguarded');
  process.stdout.write(JSON.stringify({ ...result, notes: result.notes.slice(0, 20), problems: result.notes.length }));
}
