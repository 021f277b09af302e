import { runDunwell } from '../support/childProcess.ts';
import path from 'node:path';
import { takeLock } from '../../src/store/lock.ts';
import { deliverOutbox } from '../../src/services/deliverOutbox.ts';
import { approveReminder } from '../../src/services/approveReminder.ts';
import { holdReminder } from '../../src/services/holdReminder.ts';
import { releaseReminder } from '../../src/services/releaseReminder.ts';
import { settleUncertain } from '../../src/services/settleUncertain.ts';
import { writeSettings } from '../../src/store/settings.ts';
import { standardSettings } from '../../src/domain/settings.ts';
import type { ArchiveInput } from '../../src/domain/archive.ts';
import type { Db } from '../../src/store/database.ts';
import {
  add,
  addition,
  at,
  database,
  deliverOn,
  firm,
  invoice,
  mailServer,
  neverAnswers,
  refuse,
  runOn,
  settings,
  step,
  plan,
  template,
  temporaryFolder,
  unreachableServer,
} from '../support/installation.ts';

// Section D of the scenarios: what other dunning systems sent twice, or lost, or called sent when it was not.

const FIRST = '2026-02-09';
const SECOND = '2026-02-16';

const reminders = (db: Db): Promise<{ id: number; state: string; reason: string; server_reply: string }[]> =>
  db('reminders').select('id', 'state', 'reason', 'server_reply').orderBy('id');
const states = async (db: Db): Promise<string[]> => (await reminders(db)).map(({ state }) => state);
const events = async (db: Db): Promise<string[]> =>
  db('history').whereNotNull('reminder_id').orderBy('id').pluck('kind');

const one = (differs: Partial<ArchiveInput> = {}): Promise<Db> =>
  database(firm({ invoices: [invoice('MARTIN', 'F-1')], ...differs }));

test('MW-10: while automatic sending is off a run queues nothing and sends nothing', async () => {
  const db = await one({ settings: settings({ mode: 'off' }) });
  const server = mailServer();
  expect(await runOn(db, FIRST)).toMatchObject({ state: 'off', queued: 0 });
  expect(await deliverOn(db, FIRST, server)).toMatchObject({ sent: 0, failed: 0 });
  expect([server.visits, await reminders(db)]).toEqual([0, []]);
});

test('MW-14: what a server that was down put off leaves once when it is back, without the run being made again', async () => {
  const db = await one();
  await runOn(db, FIRST);
  expect(await deliverOn(db, FIRST, mailServer(unreachableServer))).toMatchObject({ postponed: 1, sent: 0 });
  const back = mailServer();
  expect(await deliverOn(db, FIRST, back, { clock: at(FIRST, '14:00') })).toMatchObject({ sent: 1 });
  expect(await deliverOn(db, FIRST, back, { clock: at(FIRST, '15:00') })).toMatchObject({ sent: 0 });
  expect(back.mails).toHaveLength(1);
});

test('MW-22: switching the automatic off and on again leaves plans, history and what was sent as they are', async () => {
  const db = await one();
  await runOn(db, FIRST);
  await deliverOn(db, FIRST);
  const before = [await db('completions'), await db('templates'), await db('enrolments'), await db('reminders')];
  await writeSettings(db, { mode: 'off' });
  expect(await runOn(db, SECOND)).toMatchObject({ state: 'off' });
  await writeSettings(db, { mode: 'automatic' });
  expect([await db('completions'), await db('templates'), await db('enrolments'), await db('reminders')]).toEqual(
    before,
  );
  expect(await runOn(db, SECOND)).toMatchObject({ queued: 1 });
});

test('MW-23: a new installation sends nothing by itself, charges nothing, and a customer gets one message of his plan a run', async () => {
  expect(standardSettings()).toMatchObject({ mode: 'off', holdMinutes: 10, brakes: { maxMessages: 100 } });
  const db = await database(
    firm({
      plans: [plan({ together: true, steps: [step(7, { template: 'Summary' })] })],
      invoices: ['F-1', 'F-2', 'F-3'].map((number) => invoice('MARTIN', number)),
    }),
  );
  await runOn(db, FIRST);
  const server = mailServer();
  expect(await deliverOn(db, FIRST, server)).toMatchObject({ sent: 1 });
  expect((await db('reminders').first()).total_minor).toBe(3 * 100_00);
});

test('IT-01: the run of the night and one by hand in the afternoon make one mail', async () => {
  const db = await one();
  const server = mailServer();
  await runOn(db, FIRST, at(FIRST, '13:00'));
  await deliverOn(db, FIRST, server);
  expect(await runOn(db, FIRST, at(FIRST, '15:00'))).toMatchObject({ state: 'already_done', queued: 0 });
  await deliverOn(db, FIRST, server, { clock: at(FIRST, '15:01') });
  expect(server.mails).toHaveLength(1);
});

test('IT-02: a message that the server refuses is failed in the history, with its words, and never called sent', async () => {
  const db = await one();
  await runOn(db, FIRST);
  await deliverOn(db, FIRST, mailServer(refuse('550 5.1.1 no such user')));
  expect(await reminders(db)).toMatchObject([{ state: 'failed', reason: '550 5.1.1 no such user' }]);
  expect(await events(db)).toEqual(['reminder_queued', 'reminder_failed']);
  expect(await db('completions')).toEqual([]);
});

test('DO-04: the same run started again sends nothing a second time', async () => {
  const db = await one();
  const server = mailServer();
  for (let n = 0; n < 3; n++) {
    await runOn(db, FIRST);
    await deliverOn(db, FIRST, server);
  }
  expect(server.mails).toHaveLength(1);
});

test.each([
  ['sent already', async (): Promise<void> => undefined],
  [
    'disputed and released',
    async (db: Db): Promise<void> => {
      const number = { customer: 'MARTIN', number: 'F-1', issuedOn: '2026-01-05', dueOn: '2026-02-02' } as const;
      const dispute = {
        reason: 'quantity',
        openedAt: '2026-02-10T09:00:00.000Z',
        liftedAt: '2026-02-11T09:00:00.000Z',
      };
      await add(db, addition({ invoices: [{ ...number, currency: 'EUR', total: '100.00', disputes: [dispute] }] }));
    },
  ],
])('TR-10: a step that was %s is not sent again', async (_, happens) => {
  const db = await one();
  const server = mailServer();
  await runOn(db, FIRST);
  await deliverOn(db, FIRST, server);
  await happens(db);
  for (const day of ['2026-02-10', '2026-02-11', '2026-02-12'] as const) {
    expect(await runOn(db, day)).toMatchObject({ queued: 0 });
    await deliverOn(db, day, server);
  }
  expect(server.mails).toHaveLength(1);
});

test('OC-04: an address that no mail may go to ends in "the address was refused", not in a queue for ever', async () => {
  const db = await one();
  await runOn(db, FIRST);
  await deliverOn(db, FIRST, mailServer(refuse('550 5.1.1 no such user')));
  const { decisions } = await runOn(db, '2026-02-10');
  expect(decisions).toMatchObject([{ kind: 'blocked', reasons: [{ code: 'address_refused' }] }]);
  expect(await states(db)).toEqual(['failed']);
});

test('OC-05: while a run holds the lock a second one is told so at once', async () => {
  const dataDir = path.join(temporaryFolder(), 'data');
  await runDunwell(dataDir, ['demo']);
  const lock = takeLock(path.join(dataDir, 'sender.lock'));
  expect(lock).not.toBeNull();
  const second = await runDunwell(dataDir, ['run', '--deliver']);
  lock?.release();
  expect(second.code).toBe(2);
  expect(second.stderr.trim().split('\n')).toHaveLength(1);
});

test('MD-01: when writing down the end fails after the server has accepted, no second mail leaves by itself', async () => {
  const db = await one();
  await runOn(db, FIRST);
  await db.raw(
    `CREATE TRIGGER broken BEFORE INSERT ON completions BEGIN SELECT RAISE(ABORT, 'the disk is in a bad mood'); END`,
  );
  const server = mailServer();
  await deliverOn(db, FIRST, server).catch(() => undefined);
  await db.raw('DROP TRIGGER broken');
  for (const time of ['14:00', '15:00', '17:00'])
    await deliverOutbox(db, { clock: at(FIRST, time), owner: 'test', transport: server });
  expect(server.mails).toHaveLength(1);
});

test.each<[string, (db: Db, id: number, how: { clock: () => number; userId: null }) => Promise<unknown>]>([
  ['at once', async () => undefined],
  ['let go by hand', releaseReminder],
  ['held, then released', async (...what) => [await holdReminder(...what), await releaseReminder(...what)]],
  ['held, then approved', async (...what) => [await holdReminder(...what), await approveReminder(...what)]],
])('what may have arrived and is sent again leaves as the very same bytes: %s', async (_, meanwhile) => {
  const words = { subject: 'Invoice', body: '<p>{{invoice.daysLate}} days late</p>' };
  const db = await one({ templates: [template({ versions: { en: words } })] });
  await runOn(db, FIRST);
  await deliverOn(db, FIRST, mailServer(neverAnswers));
  const before: Buffer = (await db('messages').first()).raw;
  const id = (await reminders(db))[0]?.id ?? 0;
  const how = { clock: at('2026-02-11', '13:10'), userId: null };
  await settleUncertain(db, id, { settlement: 'again', ...how });
  await meanwhile(db, id, how);
  const server = mailServer();
  await deliverOn(db, '2026-02-11', server, { clock: at('2026-02-11', '13:20') });
  expect(server.mails.map(({ raw }) => raw.equals(before))).toEqual([true]);
});

test('MW-19: an uncertain message that is confirmed late counts from the day it left, and no later step overtook it', async () => {
  const db = await one();
  await runOn(db, FIRST);
  await deliverOn(db, FIRST, mailServer(neverAnswers));
  expect(await runOn(db, SECOND)).toMatchObject({ queued: 0 });
  const id = (await reminders(db))[0]?.id ?? 0;
  await settleUncertain(db, id, { settlement: 'left', clock: at('2026-02-20'), userId: null });
  expect(await db('completions')).toMatchObject([{ completed_on: FIRST, counts_from: FIRST }]);
  expect((await db('reminders').first()).sent_on).toBe(FIRST);
});
