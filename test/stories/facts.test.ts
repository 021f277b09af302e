import PostalMime from 'postal-mime';
import type { Day } from '../../src/domain/calendar.ts';
import { exportArchive, parseArchive } from '../../src/services/archives.ts';
import { applyCredit } from '../../src/services/applyCredit.ts';
import { cancelCreditNote } from '../../src/services/cancelCreditNote.ts';
import { endPromise } from '../../src/services/endPromise.ts';
import { importFile } from '../../src/services/importFile.ts';
import { liftDispute } from '../../src/services/liftDispute.ts';
import { markPaid } from '../../src/services/markPaid.ts';
import { openDispute } from '../../src/services/openDispute.ts';
import { pauseCustomer } from '../../src/services/pauseCustomer.ts';
import { pauseInvoice } from '../../src/services/pauseInvoice.ts';
import { recordCreditNote } from '../../src/services/recordCreditNote.ts';
import { recordPayment } from '../../src/services/recordPayment.ts';
import { recordPromise } from '../../src/services/recordPromise.ts';
import { reopenInvoice } from '../../src/services/reopenInvoice.ts';
import { reversePayment } from '../../src/services/reversePayment.ts';
import { undoFact } from '../../src/services/undoFact.ts';
import { undoMarkPaid } from '../../src/services/undoMarkPaid.ts';
import { withdrawCredit } from '../../src/services/withdrawCredit.ts';
import { writeOffInvoice } from '../../src/services/writeOffInvoice.ts';
import type { Db } from '../../src/store/database.ts';
import { factSpan, openDisputes, openInvoicePauses, openPromises } from '../../src/store/facts.ts';
import { wrongBalances } from '../../src/store/ledger.ts';
import {
  customer,
  database,
  deliverOn,
  dump,
  firm,
  invoice,
  mailServer,
  noonOf,
  runOn,
} from '../support/installation.ts';

/** The first step is due on the 9th of February, the second on the 16th, the third on the 2nd of March. */
const FIRST: Day = '2026-02-09';
const SECOND: Day = '2026-02-16';
const THIRD: Day = '2026-03-02';

const by = (day: Day) => ({ clock: noonOf(day), userId: null });
const one = (differs: object = {}): Promise<Db> => database(firm({ invoices: [invoice('MARTIN', 'F-1', differs)] }));
const idOf = async (db: Db, number = 'F-1'): Promise<number> => (await db('invoices').where({ number }).first()).id;
const open = async (db: Db, number = 'F-1'): Promise<number> =>
  (await db('invoices').where({ number }).first()).outstanding_minor;
const pay = async (db: Db, amount: number, on: Day, number = 'F-1', formKey = `form-${number}-${amount}-${on}`) =>
  recordPayment(db, await idOf(db, number), { amount, receivedOn: on, reference: '', formKey, ...by(on) });
const creditNote = async (db: Db, amount: number, on: Day, number = 'F-1', name = 'A-1') =>
  recordCreditNote(db, await idOf(db, number), { number: name, issuedOn: on, amount, ...by(on) });
const kinds = async (db: Db): Promise<string[]> =>
  (await db('history').whereNotNull('customer_id').orderBy('id')).map(({ kind }: { kind: string }) => kind);

/** Runs and delivers on a day; the subjects of what left. */
async function leaves(db: Db, day: Day): Promise<string[]> {
  const server = mailServer();
  await runOn(db, day);
  await deliverOn(db, day, server);
  const mails = await Promise.all(server.mails.map(({ raw }) => PostalMime.parse(raw)));
  return mails.map(({ subject }) => subject ?? '');
}

afterEach(() => expect.hasAssertions());

describe('a reminder that waits in the outbox', () => {
  type Fact = (db: Db, id: number) => Promise<unknown>;
  const facts: [string, string, Fact][] = [
    [
      'a promise',
      'promised',
      (db, id) => recordPromise(db, [id], { until: FIRST, amount: null, note: '', ...by(FIRST) }),
    ],
    ['a dispute', 'disputed', (db, id) => openDispute(db, [id], { reason: 'wrong', note: '', ...by(FIRST) })],
    ['a pause', 'invoice_paused', (db, id) => pauseInvoice(db, id, { until: null, reason: '', ...by(FIRST) })],
    ['a payment in full', 'settled', (db) => pay(db, 10_000, FIRST)],
    ['a credit note in full', 'settled', (db) => creditNote(db, 10_000, FIRST)],
    ['a write-off', 'written_off', (db, id) => writeOffInvoice(db, id, { reason: 'bankrupt', ...by(FIRST) })],
  ];
  test.each(facts)('is cancelled by %s, with the reason %s, and nothing leaves', async (_, reason, fact) => {
    const db = await one();
    await runOn(db, FIRST);
    await fact(db, await idOf(db));
    const server = mailServer();
    expect(await deliverOn(db, FIRST, server)).toMatchObject({ sent: 0, cancelled: 1 });
    expect(server.visits).toBe(0);
    expect(await db('reminders').first()).toMatchObject({ state: 'cancelled', reason });
  });

  test('is written anew after a part payment, about what is left', async () => {
    const db = await one();
    await runOn(db, FIRST);
    await pay(db, 4_000, FIRST);
    const server = mailServer();
    expect(await deliverOn(db, FIRST, server)).toMatchObject({ sent: 1 });
    expect((await PostalMime.parse(server.mails[0]!.raw)).subject).toBe('Invoice F-1 over €60.00');
  });
});

describe('promises', () => {
  test('nothing leaves until the day inclusive, then the plan goes on by itself', async () => {
    const db = await one();
    await recordPromise(db, [await idOf(db)], { until: '2026-02-11', amount: null, note: '', ...by('2026-02-05') });
    expect(await leaves(db, FIRST)).toEqual([]);
    expect(await leaves(db, '2026-02-11')).toEqual([]);
    expect(await leaves(db, '2026-02-12')).toEqual(['Invoice F-1 over €100.00']);
  });

  test('a new promise takes the place of the old one; the same one twice is one', async () => {
    const db = await one();
    const ids = [await idOf(db)];
    const promise = (until: Day) => recordPromise(db, ids, { until, amount: 5_000, note: 'by phone', ...by(FIRST) });
    expect([await promise('2026-02-20'), await promise('2026-02-20'), await promise('2026-02-25')]).toEqual([1, 0, 1]);
    expect(await db('promises').select('until_on').whereNull('ended_at')).toEqual([{ until_on: '2026-02-25' }]);
    expect(await kinds(db)).toEqual(['promise_recorded', 'promise_recorded']);
  });

  test('one amount for several invoices is shared, the oldest first; what is not to be paid drops out', async () => {
    const db = await database(
      firm({
        invoices: [
          invoice('MARTIN', 'F-1'),
          invoice('MARTIN', 'F-2', { dueOn: '2026-01-12' }),
          invoice('MARTIN', 'F-3', { dueOn: '2026-03-01' }),
          invoice('MARTIN', 'F-4', { state: 'draft' }),
        ],
      }),
    );
    const ids = await Promise.all(['F-1', 'F-2', 'F-3', 'F-4'].map((number) => idOf(db, number)));
    expect(await recordPromise(db, ids, { until: SECOND, amount: 12_000, note: '', ...by(FIRST) })).toBe(3);
    const found = await openPromises(db, ids);
    expect(ids.map((id) => found.get(id)?.amount)).toEqual([2_000, 10_000, 0, undefined]);
  });

  test('works inside another transaction, and goes when that one does', async () => {
    const db = await one();
    const ids = [await idOf(db)];
    const failing = db.transaction(async (trx) => {
      expect(await recordPromise(trx, ids, { until: SECOND, amount: null, note: '', ...by(FIRST) })).toBe(1);
      expect(await openDispute(trx, ids, { reason: 'wrong', note: '', ...by(FIRST) })).toBe(1);
      throw new Error('the call was not noted');
    });
    await expect(failing).rejects.toThrow('the call was not noted');
    expect(await db('promises')).toEqual([]);
    expect(await db('disputes')).toEqual([]);
  });

  test('ended before its day, the plan goes on at once; taking that back puts it in force again', async () => {
    const db = await one();
    const id = await idOf(db);
    await recordPromise(db, [id], { until: THIRD, amount: null, note: '', ...by('2026-02-05') });
    const promise = (await endPromise(db, id, by('2026-02-06')))!;
    expect(await undoFact(db, { kind: 'promise', id: promise, change: 'ended' }, by('2026-02-06'))).toBe(true);
    expect(await leaves(db, FIRST)).toEqual([]);
    await endPromise(db, id, by(FIRST));
    expect(await leaves(db, '2026-02-10')).toHaveLength(1);
  });

  test('taken back, the promise that it replaced is in force again', async () => {
    const db = await one();
    const id = await idOf(db);
    await recordPromise(db, [id], { until: SECOND, amount: null, note: 'first', ...by('2026-02-05') });
    await recordPromise(db, [id], { until: THIRD, amount: null, note: 'second', ...by('2026-02-06') });
    const second = (await openPromises(db, [id])).get(id)!;
    const back = () => undoFact(db, { kind: 'promise', id: second.id, change: 'begun' }, by('2026-02-06'));
    expect([await back(), await back()]).toEqual([true, false]);
    expect((await openPromises(db, [id])).get(id)).toMatchObject({ until: SECOND, note: 'first' });
    expect((await factSpan(db, 'promise', second.id))?.endedAt).not.toBeNull();
  });
});

describe('disputes', () => {
  test('hold until they are lifted', async () => {
    const db = await one();
    const id = await idOf(db);
    await openDispute(db, [id], { reason: 'wrong amount', note: '', ...by('2026-02-05') });
    expect(await leaves(db, FIRST)).toEqual([]);
    await liftDispute(db, id, by(FIRST));
    expect(await leaves(db, '2026-02-10')).toHaveLength(1);
    expect(await kinds(db)).toEqual(expect.arrayContaining(['dispute_opened', 'dispute_lifted']));
  });

  test('one that is open keeps its reason, and what is new is added to its note once', async () => {
    const db = await one();
    const ids = [await idOf(db)];
    const dispute = (reason: string, note: string) => openDispute(db, ids, { reason, note, ...by(FIRST) });
    expect([
      await dispute('wrong amount', 'called\ntwice'),
      await dispute('wrong amount', 'called\ntwice'),
      await dispute('not delivered', 'has a photo'),
    ]).toEqual([1, 0, 1]);
    expect((await openDisputes(db, ids)).get(ids[0]!)).toMatchObject({
      reason: 'wrong amount',
      note: 'called\ntwice\nnot delivered: has a photo',
    });
  });
});

describe('E. amounts, through what is entered by hand', () => {
  const prepaid = (amount: number): Promise<Db> =>
    database(
      firm({
        invoices: [invoice('MARTIN', 'F-1'), invoice('MARTIN', 'F-0', { total: '10.00' })],
      }),
    ).then(async (db) => {
      await pay(db, amount + 1_000, FIRST, 'F-0');
      return db;
    });

  test('TR-11 an overpayment of 50 does not hold a claim of 100', async () => {
    expect(await leaves(await prepaid(5_000), FIRST)).toEqual(['Invoice F-1 over €100.00']);
  });

  test('TR-12 one of 100 does, and applying it settles the claim', async () => {
    const db = await prepaid(10_000);
    expect(await leaves(db, FIRST)).toEqual([]);
    const how = { today: FIRST, ...by(FIRST) };
    await recordPromise(db, [await idOf(db)], { until: SECOND, amount: null, note: '', ...by(FIRST) });
    const { applied, sources } = await applyCredit(db, await idOf(db), how);
    expect([applied, await open(db)]).toEqual([10_000, 0]);
    expect(await applyCredit(db, await idOf(db), how)).toEqual({ applied: 0, sources: [] });
    expect(await withdrawCredit(db, await idOf(db), { sources, ...how })).toBe(true);
    expect(await withdrawCredit(db, await idOf(db), { sources, ...how })).toBe(false);
    expect(await open(db)).toBe(10_000);
    expect((await openPromises(db, [await idOf(db)])).size).toBe(1);
    expect(await wrongBalances(db)).toEqual([]);
  });

  test('OO-01 and OT-01 after a part payment the reminder is about what remains', async () => {
    const db = await one({ total: '1000.00' });
    await pay(db, 40_000, '2026-02-05');
    expect(await leaves(db, FIRST)).toEqual(['Invoice F-1 over €600.00']);
  });

  const recaps = (withCreditNotes: boolean): Promise<Db> =>
    database(
      firm({
        plans: [
          {
            kind: 'recap',
            name: 'Monthly',
            startOn: FIRST,
            every: { n: 1, unit: 'month' },
            template: 'Summary',
            withCreditNotes,
          },
        ],
        invoices: [invoice('MARTIN', 'F-1', { total: '500.00' }), invoice('MARTIN', 'F-2', { total: '120.00' })],
      }),
    );
  /** A credit note that settles nothing of F-1: it was written for an invoice that was paid already. */
  const standAlone = async (db: Db): Promise<number> => {
    await pay(db, 12_000, '2026-02-03', 'F-2');
    const result = await creditNote(db, 12_000, '2026-02-04', 'F-2');
    if (result.kind !== 'recorded') throw new Error(result.kind);
    expect(result).toMatchObject({ applied: 0, remaining: 12_000 });
    return result.creditNoteId;
  };

  test.each([
    [true, ['1 invoices, €380.00']],
    [false, ['1 invoices, €500.00']],
  ])('OO-03 500 less an open credit note of 120 (listed: %s)', async (listed, subjects) => {
    const db = await recaps(listed);
    await standAlone(db);
    expect(await leaves(db, FIRST)).toEqual(subjects);
  });

  test('OO-04 a cancelled credit note is not listed', async () => {
    const db = await recaps(true);
    const id = await standAlone(db);
    await cancelCreditNote(db, id, { on: FIRST, undo: false, ...by(FIRST) });
    expect(await leaves(db, FIRST)).toEqual(['1 invoices, €500.00']);
  });

  test('EN-04 a payment that is reversed opens the claim again, where it stood', async () => {
    const db = await one();
    expect(await leaves(db, FIRST)).toHaveLength(1);
    const paid = await pay(db, 10_000, '2026-02-12');
    expect(await leaves(db, SECOND)).toEqual([]);
    if (paid.kind !== 'recorded') throw new Error(paid.kind);
    const back = { invoiceId: await idOf(db), on: '2026-02-18' as Day, undo: false, ...by('2026-02-18') };
    expect(await reversePayment(db, paid.paymentId, back)).toBe(true);
    expect(await reversePayment(db, paid.paymentId, back)).toBe(false);
    expect(await reversePayment(db, paid.paymentId, { ...back, undo: true })).toBe(false);
    expect(await leaves(db, '2026-02-18')).toEqual(['Invoice F-1 over €100.00']);
    expect((await db('completions').orderBy('id')).map(({ step_id }: { step_id: number }) => step_id)).toEqual([1, 2]);
    expect(await wrongBalances(db)).toEqual([]);
  });

  test('EN-05 so does a credit note that is cancelled, and it may be entered again', async () => {
    const db = await one();
    const first = await creditNote(db, 10_000, '2026-02-04');
    expect(await leaves(db, FIRST)).toEqual([]);
    if (first.kind !== 'recorded') throw new Error(first.kind);
    await cancelCreditNote(db, first.creditNoteId, { on: FIRST, undo: false, ...by(FIRST) });
    expect(await open(db)).toBe(10_000);
    expect(await leaves(db, '2026-02-10')).toHaveLength(1);
    expect(await creditNote(db, 2_500, '2026-02-11')).toMatchObject({ kind: 'recorded', applied: 2_500 });
    expect(await creditNote(db, 2_500, '2026-02-11')).toEqual({ kind: 'already' });
    expect(await creditNote(db, 3_000, '2026-02-11')).toEqual({ kind: 'number_taken' });
    expect(await open(db)).toBe(7_500);
    expect(await wrongBalances(db)).toEqual([]);
  });

  test('EN-06 a credit note that stands alone settles no invoice', async () => {
    const db = await database(
      firm({ invoices: [invoice('MARTIN', 'F-1'), invoice('MARTIN', 'F-2', { total: '40.00' })] }),
    );
    await pay(db, 4_000, '2026-02-03', 'F-2');
    await creditNote(db, 4_000, '2026-02-04', 'F-2');
    expect(await open(db)).toBe(10_000);
    expect(await leaves(db, FIRST)).toEqual(['Invoice F-1 over €100.00']);
  });

  test('a credit note that was taken back may be entered again in another currency, and the archive still fits', async () => {
    const db = await database(
      firm({ invoices: [invoice('MARTIN', 'F-1'), invoice('MARTIN', 'F-2', { currency: 'USD' })] }),
    );
    const slip = await creditNote(db, 5_000, FIRST);
    if (slip.kind !== 'recorded') throw new Error(slip.kind);
    await cancelCreditNote(db, slip.creditNoteId, { on: FIRST, undo: true, ...by(FIRST) });
    expect(await creditNote(db, 2_000, FIRST, 'F-2')).toMatchObject({ kind: 'recorded', applied: 2_000 });
    expect([await open(db), await open(db, 'F-2')]).toEqual([10_000, 8_000]);
    const copy = await database(parseArchive(await exportArchive(db), 'archive.json'));
    expect([await open(copy), await open(copy, 'F-2'), await wrongBalances(copy)]).toEqual([10_000, 8_000, []]);
  });

  test('credit whose payment was given back cannot be withdrawn as well', async () => {
    const db = await database(firm({ invoices: [invoice('MARTIN', 'F-1'), invoice('MARTIN', 'F-2')] }));
    const paid = await pay(db, 15_000, FIRST);
    if (paid.kind !== 'recorded') throw new Error(paid.kind);
    const id = await idOf(db, 'F-2');
    const { sources } = await applyCredit(db, id, { today: FIRST, ...by(FIRST) });
    const back = { invoiceId: await idOf(db), on: FIRST, undo: false, ...by(FIRST) };
    expect(await reversePayment(db, paid.paymentId, back)).toBe(true);
    expect(await withdrawCredit(db, id, { sources, today: FIRST, ...by(FIRST) })).toBe(false);
    expect([await open(db), await open(db, 'F-2'), await wrongBalances(db)]).toEqual([10_000, 10_000, []]);
  });

  test('MW-24 48 open, 10 paid, 38 paid, the 38 reversed: earlier reminders are not repeated', async () => {
    const db = await one({ total: '48.00' });
    expect(await leaves(db, FIRST)).toEqual(['Invoice F-1 over €48.00']);
    await pay(db, 1_000, '2026-02-10');
    expect(await leaves(db, SECOND)).toEqual(['Invoice F-1 over €38.00']);
    const paid = await pay(db, 3_800, '2026-02-20');
    if (paid.kind !== 'recorded') throw new Error(paid.kind);
    expect(await open(db)).toBe(0);
    const back = { invoiceId: await idOf(db), on: '2026-02-25' as Day, undo: false, ...by('2026-02-25') };
    await reversePayment(db, paid.paymentId, back);
    expect(await open(db)).toBe(3_800);
    expect(await leaves(db, '2026-02-25')).toEqual([]);
    expect(await leaves(db, THIRD)).toEqual(['Invoice F-1 over €38.00']);
    expect(await wrongBalances(db)).toEqual([]);
  });

  test.each([10_000, 12_500])('a payment of %d that is reversed leaves no credit behind', async (amount) => {
    const db = await one();
    const paid = await pay(db, amount, FIRST);
    const settled = await pay(db, 3_000, FIRST, 'F-1', 'a-second-payment-form');
    if (paid.kind !== 'recorded' || settled.kind !== 'recorded') throw new Error('not recorded');
    expect(settled).toMatchObject({ applied: 0, unapplied: 3_000 });
    for (const { paymentId } of [paid, settled])
      await reversePayment(db, paymentId, { invoiceId: await idOf(db), on: FIRST, undo: false, ...by(FIRST) });
    expect(await open(db)).toBe(10_000);
    expect((await db('payments').sum({ left: 'unapplied_minor' }).first())?.left).toBe(0);
    expect(await db('payments').where('unapplied_minor', '<>', 0)).toEqual([]);
    expect(await wrongBalances(db)).toEqual([]);
    expect(await leaves(db, FIRST)).toHaveLength(1);
  });
});

describe('F. pauses, and what is given up', () => {
  test('MW-27 a customer paused without end and an invoice paused until today: both blocked, each with its reason', async () => {
    const db = await database(
      firm({
        customers: [customer('MARTIN'), customer('ROSSI')],
        invoices: [invoice('MARTIN', 'F-1'), invoice('ROSSI', 'F-2')],
      }),
    );
    const martin = (await db('invoices').where({ number: 'F-1' }).first()).customer_id as number;
    await pauseCustomer(db, martin, { until: null, reason: 'a talk', ...by('2026-02-05') });
    await pauseInvoice(db, await idOf(db, 'F-2'), { until: FIRST, reason: 'until today', ...by('2026-02-05') });
    expect(await leaves(db, FIRST)).toEqual([]);
    const decisions: { reasons: string }[] = await db('decisions').whereNotNull('invoice_id').orderBy('invoice_id');
    expect(decisions.map(({ reasons }) => (JSON.parse(reasons) as { code: string }[]).map(({ code }) => code))).toEqual(
      [['customer_paused'], ['invoice_paused']],
    );
    expect(await leaves(db, '2026-02-10')).toEqual(['Invoice F-2 over €100.00']);
  });

  test('MW-30 a paused invoice is paid: its pause and its promise are over, and Undo brings them back', async () => {
    const db = await one();
    const id = await idOf(db);
    await pauseInvoice(db, id, { until: null, reason: 'a talk', ...by('2026-02-05') });
    await recordPromise(db, [id], { until: SECOND, amount: null, note: '', ...by('2026-02-05') });
    const paid = await pay(db, 10_000, FIRST);
    expect((await openInvoicePauses(db, [id])).size + (await openPromises(db, [id])).size).toBe(0);
    expect(await kinds(db)).toEqual(expect.arrayContaining(['promise_kept', 'pause_over']));
    if (paid.kind !== 'recorded') throw new Error(paid.kind);
    await reversePayment(db, paid.paymentId, { invoiceId: id, on: FIRST, undo: true, ...by(FIRST) });
    expect((await openInvoicePauses(db, [id])).get(id)?.reason).toBe('a talk');
    expect((await openPromises(db, [id])).get(id)?.until).toBe(SECOND);
  });

  test('MW-30 the same when the payment comes from a file', async () => {
    const db = await one();
    const id = await idOf(db);
    await pauseInvoice(db, id, { until: null, reason: 'a talk', ...by('2026-02-05') });
    const bytes = Buffer.from('Invoice number;Payment date;Amount\nF-1;2026-02-06;100.00\n');
    await importFile(db, { name: 'bank.csv', bytes, kind: 'payments' }, { clock: noonOf(FIRST) });
    expect(await open(db)).toBe(0);
    expect((await openInvoicePauses(db, [id])).size).toBe(0);
  });

  test('OC-07 an invoice written off after a reminder gets no further one; taken back it goes on where it stood', async () => {
    const db = await one();
    const id = await idOf(db);
    expect(await leaves(db, FIRST)).toHaveLength(1);
    const give = () => writeOffInvoice(db, id, { reason: 'bankrupt', ...by('2026-02-10') });
    expect([await give(), await give()]).toEqual([true, false]);
    expect(await leaves(db, SECOND)).toEqual([]);
    expect(await reopenInvoice(db, id, by(SECOND))).toBe(true);
    expect(await reopenInvoice(db, id, by(SECOND))).toBe(false);
    expect(await leaves(db, '2026-02-17')).toEqual(['Invoice F-1 over €100.00']);
    expect(await db('completions')).toHaveLength(2);
  });
});

describe('several invoices marked as paid', () => {
  const three = (): Promise<Db> =>
    database(
      firm({
        invoices: [
          invoice('MARTIN', 'F-1'),
          invoice('MARTIN', 'F-2', { currency: 'USD', total: '20.50' }),
          invoice('MARTIN', 'F-3', { state: 'cancelled' }),
        ],
      }),
    );
  const paid = { receivedOn: FIRST, reference: '', formKey: 'one-form-of-many-rows', ...by(FIRST) };

  test('each is paid by what is outstanding, once however often the form is sent', async () => {
    const db = await three();
    const ids = await Promise.all(['F-1', 'F-2', 'F-3'].map((number) => idOf(db, number)));
    expect([await markPaid(db, ids, paid), await markPaid(db, ids, paid)]).toEqual([2, 0]);
    expect(await db('payments').select('amount_minor', 'currency').orderBy('id')).toEqual([
      { amount_minor: 10_000, currency: 'EUR' },
      { amount_minor: 2_050, currency: 'USD' },
    ]);
  });

  test('all of it can be taken back, once; the form sent again after that books nothing', async () => {
    const db = await three();
    const ids = await Promise.all(['F-1', 'F-2'].map((number) => idOf(db, number)));
    await markPaid(db, ids, paid);
    await markPaid(db, ids, { ...paid, formKey: 'one-form-of-many-rows-2' });
    const back = () => undoMarkPaid(db, paid.formKey, { today: FIRST, ...by(FIRST) });
    expect([await back(), await back()]).toEqual([2, 0]);
    expect([await open(db, 'F-1'), await open(db, 'F-2')]).toEqual([10_000, 2_050]);
    expect(await markPaid(db, ids, paid)).toBe(0);
    expect(await wrongBalances(db)).toEqual([]);
  });
});

test('a payment form that comes twice books one payment', async () => {
  const db = await one();
  expect(await pay(db, 4_000, FIRST)).toMatchObject({ kind: 'recorded' });
  expect(await pay(db, 4_000, FIRST)).toEqual({ kind: 'already' });
  expect(await open(db)).toBe(6_000);
});

test('what was entered by hand survives an export and an import', async () => {
  const db = await one();
  const id = await idOf(db);
  await recordPromise(db, [id], { until: SECOND, amount: 5_000, note: 'by phone', ...by(FIRST) });
  await openDispute(db, [id], { reason: 'wrong', note: 'amount', ...by(FIRST) });
  await pauseInvoice(db, id, { until: THIRD, reason: 'a talk', ...by(FIRST) });
  await pay(db, 2_000, FIRST);
  const second = await pay(db, 9_000, FIRST);
  if (second.kind !== 'recorded') throw new Error(second.kind);
  await reversePayment(db, second.paymentId, { invoiceId: id, on: FIRST, undo: false, ...by(FIRST) });
  await creditNote(db, 1_000, FIRST);
  const copy = await database(parseArchive(await exportArchive(db), 'archive.json'));
  const tables = ['promises', 'disputes', 'applications', 'credit_notes'];
  const [before, after] = [await dump(db), await dump(copy)];
  for (const table of tables) expect([table, after[table]?.length]).toEqual([table, before[table]?.length]);
  expect(await open(copy)).toBe(await open(db));
  expect(await wrongBalances(copy)).toEqual([]);
});
