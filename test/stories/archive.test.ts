import fc from 'fast-check';
import type { ArchiveInput } from '../../src/domain/archive.ts';
import type { Day } from '../../src/domain/calendar.ts';
import { exportArchive, importArchive, parseArchive } from '../../src/services/archives.ts';
import { loadDemo } from '../../src/services/loadDemo.ts';
import { planDay } from '../../src/services/runDay.ts';
import type { Db } from '../../src/store/database.ts';
import { integrity } from '../../src/store/database.ts';
import { wrongBalances } from '../../src/store/ledger.ts';
import { writeSettings } from '../../src/store/settings.ts';
import {
  add,
  addition,
  at,
  customer,
  database,
  deliverOn,
  dump,
  firm,
  instantOf,
  invoice,
  mailServer,
  neverAnswers,
  noonOf,
  payment,
  plan,
  refuse,
  runOn,
  step,
  template,
  together,
} from '../support/installation.ts';

/** Exports, imports the text into an empty database, and gives both databases' texts. */
async function roundTrip(db: Db): Promise<{ text: string; again: string; copy: Db }> {
  const text = await exportArchive(db);
  const copy = await database();
  await importArchive(copy, parseArchive(text, 'dunwell.json'), { file: 'dunwell.json', clock: at('2030-01-01') });
  return { text, again: await exportArchive(copy), copy };
}

async function sound(db: Db): Promise<void> {
  expect(await integrity(db)).toEqual([]);
  expect(await wrongBalances(db)).toEqual([]);
}

const moment = (n: number): string => `2026-01-${String(n).padStart(2, '0')}T10:00:00.000Z`;

/** Everything that an archive can hold and that no run has made. */
const rich = (): ArchiveInput =>
  firm({
    templates: [
      template(),
      template({
        name: 'Rappel “doux”',
        scope: 'grouped',
        versions: { fr: { subject: 'Rappel', body: '<p>é</p>' }, it: { subject: 'Sollecito', body: '<p>ù</p>' } },
      }),
      template({ name: 'Old letter', kind: 'letter', archivedAt: moment(3) }),
    ],
    plans: [
      plan({
        steps: [
          step(-3),
          step(7, { deadlineDays: 10 }),
          step(10, { retired: true }),
          step(20, { from: 'issue', monthEnd: true, action: 'letter', template: 'Old letter' }),
          step(5, { from: 'previous', action: 'call', template: undefined }),
        ],
        limits: [
          { currency: 'EUR', minimum: '0.00', ceiling: '5000.00' },
          { currency: 'JPY', minimum: '100' },
        ],
        minimumDays: 0,
        minimumDaysAfterReceipt: 3,
        roles: ['accounts'],
        pause: { until: '2026-03-01', reason: 'Holidays', begunAt: moment(4) },
      }),
      together({ includeNotDue: true, steps: [step(7, { template: 'Rappel “doux”' })] }),
      {
        kind: 'recap',
        name: 'Statement',
        startOn: '2026-01-31',
        every: { n: 1, unit: 'month' },
        scope: 'open',
        withCreditNotes: true,
        action: 'email_approval',
        template: 'Rappel “doux”',
        archivedAt: moment(5),
      },
    ],
    customers: [
      customer('A', {
        legalId: 'FR 123',
        country: 'FR',
        language: 'fr',
        street: '1, rue “X”',
        postcode: '69000',
        city: 'Lyon',
        note: 'two\nlines',
        paymentTermDays: 0,
        contacts: [
          { name: 'One', email: 'one@a.test', role: 'accounts', refusedOn: '2026-01-04', refusedReason: '550 no' },
          { name: 'Two', phone: '+33 1', receives: 'none' },
          { email: 'three@a.test', receives: 'cc' },
        ],
        pause: { reason: 'Never', begunAt: moment(2) },
      }),
      customer('B', { archivedAt: moment(6) }),
      customer('ÄÖ 3/4'),
    ],
    enrolments: [
      { customer: 'A', plan: 'Together', since: '2025-01-01', endedAt: moment(1) },
      { customer: 'A', plan: 'Standard', since: '2026-01-01' },
      { customer: 'A', plan: 'Statement', since: '2026-01-01' },
      { customer: 'B', plan: 'Together', since: '2026-01-01' },
    ],
    invoices: [
      invoice('A', 'F-1', {
        receivedOn: '2026-01-07',
        note: 'see #2',
        promises: [
          { until: '2026-01-20', amount: '0.00', note: 'said so', madeAt: moment(8), endedAt: moment(20) },
          { until: '2026-02-20', amount: '50.00', madeAt: moment(21) },
        ],
        disputes: [
          { reason: 'Damaged', note: 'two boxes', openedAt: moment(9), liftedAt: moment(10) },
          { reason: 'Price', openedAt: moment(11) },
        ],
        pause: { until: '2026-02-28', reason: 'Proof of delivery', begunAt: moment(12) },
        documents: [
          { name: 'a.txt', kind: 'attachment', mediaType: 'text/plain', content: '', addedAt: moment(13) },
          { name: 'b.pdf', content: Buffer.from([0, 1, 255]).toString('base64'), addedAt: moment(13) },
        ],
      }),
      invoice('A', 'F-2', { followUpOff: true, settledElsewhere: '10.00' }),
      invoice('B', 'F-1', { currency: 'JPY', total: '1200', dueOn: undefined, state: 'draft' }),
      invoice('B', 'F-3', { currency: 'TND', total: '1.005', state: 'written_off' }),
      invoice('B', 'F-4', { state: 'cancelled' }),
    ],
    creditNotes: [
      {
        customer: 'A',
        number: 'C-1',
        issuedOn: '2026-01-15',
        currency: 'EUR',
        total: '30.00',
        applied: [
          { invoice: 'F-1', amount: '5.00', on: '2026-01-16' },
          { invoice: 'F-2', amount: '5.00', on: '2026-01-15' },
        ],
      },
      { customer: 'A', number: 'C-2', issuedOn: '2026-01-15', currency: 'EUR', total: '9.00', cancelled: true },
      {
        customer: 'B',
        number: 'C-1',
        issuedOn: '2026-01-15',
        currency: 'EUR',
        total: '9.00',
        settledElsewhere: '9.00',
      },
    ],
    payments: [
      payment('A', 'F-1', '40.00', { key: 'p1', createdAt: moment(14) }),
      payment('A', 'F-1', '-40.00', { key: 'p2', reverses: 'p1', createdAt: moment(14) }),
      // Reversed before the archive lists what it reverses.
      payment('A', 'F-1', '-10.00', { key: 'a-early', reverses: 'z-late', createdAt: moment(15) }),
      payment('A', 'F-1', '10.00', { key: 'z-late', createdAt: moment(15) }),
      payment('A', 'F-2', '25.50', {
        key: 'p3',
        reference: 'VIR “A”',
        createdAt: moment(16),
        receivedOn: '2026-01-16',
      }),
      payment('B', 'F-4', '70.00', { key: 'p4', applied: [], createdAt: moment(16) }),
    ],
    runs: [
      {
        day: '2026-01-12',
        state: 'closed',
        outcome: 'problems',
        startedAt: moment(12),
        decidedAt: moment(12),
        closedAt: moment(12),
        lateByMinutes: 30,
        held: 'too_many',
        counts: { queued: 3, invoices: 5 },
        problems: [{ code: 'template_broken', customer: 'A', invoices: ['F-1'], detail: 'x' }],
      },
      { day: '2026-01-13', state: 'open', startedAt: moment(13) },
    ],
    completions: [
      { customer: 'A', invoice: 'F-1', plan: 'Standard', step: 0, kind: 'activation', completedOn: '2026-01-02' },
      {
        customer: 'A',
        invoice: 'F-1',
        plan: 'Standard',
        step: 1,
        kind: 'skipped',
        completedOn: '2026-01-03',
        countsFrom: '2026-01-03',
        reason: 'Called him',
      },
    ],
    decisions: [
      {
        run: '2026-01-12',
        customer: 'A',
        invoice: 'F-1',
        kind: 'blocked',
        reasons: [
          { code: 'disputed', until: null },
          { code: 'promised', until: '2026-02-20' },
        ],
      },
      { run: '2026-01-12', customer: 'A', plan: 'Statement', currency: 'EUR', kind: 'wait', until: '2026-01-31' },
    ],
    history: [
      { at: moment(12), kind: 'note', customer: 'A', data: { text: 'called', n: 1, list: [null, false, ''] } },
      { at: moment(12), kind: 'note', customer: 'A', invoice: 'F-1' },
      { at: moment(12), kind: 'started' },
      { at: moment(12), kind: 'started' },
    ],
  });

/** Some weeks of a firm, with every end that a reminder can come to. */
async function lived(): Promise<Db> {
  const db = await database(
    firm({
      plans: [plan(), together({ name: 'T' }), statement()],
      customers: ['OK', 'BAD', 'SILENT', 'GROUP', 'LATER'].map((code) => customer(code)),
      enrolments: [
        ...['OK', 'BAD', 'SILENT', 'LATER'].map((code) => ({
          customer: code,
          plan: 'Standard',
          since: '2020-01-01' as const,
        })),
        { customer: 'GROUP', plan: 'T', since: '2020-01-01' },
        { customer: 'OK', plan: 'Statement', since: '2020-01-01' },
      ],
      invoices: [
        invoice('OK', 'F-1', { documents: [{ name: 'F-1.pdf', content: Buffer.from('%PDF').toString('base64') }] }),
        invoice('BAD', 'F-2'),
        invoice('SILENT', 'F-3'),
        invoice('GROUP', 'F-4'),
        invoice('GROUP', 'F-5'),
        invoice('LATER', 'F-6', { dueOn: '2026-02-09' }),
      ],
      creditNotes: [{ customer: 'OK', number: 'C-1', issuedOn: '2026-01-15', currency: 'EUR', total: '30.00' }],
      payments: [payment('OK', 'F-1', '20.00', { applied: [] })],
    }),
  );
  const server = mailServer((parcel, handOver) => {
    const [to = ''] = parcel.envelope.to;
    if (to.startsWith('bad')) return refuse('550 5.1.1 nobody')(parcel, handOver);
    if (to.startsWith('silent')) return neverAnswers(parcel, handOver);
    return mailServer().deliver(parcel, handOver);
  });
  await runOn(db, '2026-02-09');
  await deliverOn(db, '2026-02-09', server);
  await runOn(db, '2026-02-16');
  await add(db, addition({ payments: [payment('LATER', 'F-6', '100.00')] }), at('2026-02-16'));
  await deliverOn(db, '2026-02-16', mailServer(refuse('451 4.3.0 later')));
  return db;
}

const statement = (): NonNullable<ArchiveInput['plans']>[number] => ({
  kind: 'recap',
  name: 'Statement',
  startOn: '2026-02-09',
  every: { n: 1, unit: 'month' },
  scope: 'open',
  withCreditNotes: true,
  template: 'Summary',
});

describe('exporting and importing into an empty database gives the same bytes', () => {
  test('for a new installation', async () => {
    const { text, again } = await roundTrip(await database());
    expect(again).toBe(text);
  });

  test('for an archive that holds everything, written by hand', async () => {
    const { text, again, copy } = await roundTrip(await database(rich()));
    expect(again).toBe(text);
    await sound(copy);
    expect(await copy('payments').whereNotNull('reverses_id')).toHaveLength(2);
  });

  test('and the archive says again all that the hand wrote', async () => {
    const exported = JSON.parse(await exportArchive(await database(rich()))) as ArchiveInput;
    const given = rich();
    for (const section of ['templates', 'customers', 'invoices', 'plans', 'completions', 'runs'] as const)
      expect(exported[section]).toMatchObject(JSON.parse(JSON.stringify(given[section])) as object);
    expect(exported.decisions).toHaveLength(given.decisions?.length ?? 0);
    expect(exported.history).toHaveLength(given.history?.length ?? 0);
    expect(exported.payments?.map(({ key, reverses, applied }) => [key, reverses, applied])).toEqual(
      [...(given.payments ?? [])]
        .toSorted((a, b) => `${a.createdAt}${a.key}`.localeCompare(`${b.createdAt}${b.key}`))
        .map(({ key, reverses, applied }) => [key, reverses, applied?.length ? applied : undefined]),
    );
  });

  test('for a firm with reminders sent, refused, uncertain, put off and cancelled', async () => {
    const db = await lived();
    expect(new Set(await db('reminders').pluck('state'))).toEqual(
      new Set(['sent', 'failed', 'uncertain', 'queued', 'cancelled']),
    );
    const { text, again, copy } = await roundTrip(db);
    expect(again).toBe(text);
    await sound(copy);
    for (const table of ['messages', 'reminder_attachments', 'reminder_recipients', 'reminder_invoices', 'completions'])
      expect((await copy(table)).length).toBe((await db(table)).length);
  });

  test('for the example company after a fortnight of runs', async () => {
    const db = await database();
    await loadDemo(db, { clock: noonOf('2026-11-20'), language: 'fr' });
    await writeSettings(db, { mode: 'automatic' });
    for (const day of ['2026-11-20', '2026-11-23', '2026-11-25', '2026-12-01', '2026-12-04'] as Day[]) {
      await runOn(db, day);
      await deliverOn(db, day, mailServer(), { ignoreHold: true });
    }
    expect((await db('reminders').where({ state: 'sent' })).length).toBeGreaterThan(20);
    const { text, again, copy } = await roundTrip(db);
    expect(again === text).toBe(true);
    await sound(copy);
  });
});

describe('the copy is the same product', () => {
  test('it decides the same on every day', async () => {
    const db = await lived();
    const { copy } = await roundTrip(db);
    for (const day of ['2026-02-17', '2026-03-02', '2026-03-09'] as Day[]) {
      const [own, copied] = await Promise.all([planDay(db, day), planDay(copy, day)]);
      const shape = (decisions: typeof own.decisions): unknown[] =>
        decisions
          .map((decision) => [
            decision.kind,
            'number' in decision.subject ? decision.subject.number : decision.subject.currency,
            decision.kind === 'send' ? decision.message.stepName : decision.reasons,
          ])
          .map((row) => JSON.stringify(row))
          .toSorted();
      expect(shape(copied.decisions)).toEqual(shape(own.decisions));
    }
  });

  test('it does not send again what was sent, and does send what is still waiting', async () => {
    const { copy } = await roundTrip(await lived());
    const server = mailServer();
    await deliverOn(copy, '2026-02-17', server);
    const open = await copy('reminders').where({ state: 'queued' });
    expect(open).toEqual([]);
    expect(server.addressees().toSorted()).toEqual(['group@customer.example', 'ok@customer.example']);
    await runOn(copy, '2026-02-17');
    expect(await copy('reminders').where({ state: 'queued' })).toEqual([]);
  });
});

describe('importing', () => {
  test('the same archive twice changes nothing', async () => {
    const db = await lived();
    await add(db, rich());
    const text = await exportArchive(db);
    const before = await dump(db);
    await importArchive(db, parseArchive(text, 'x'), { file: 'x', clock: at('2031-01-01') });
    expect(await exportArchive(db)).toBe(text);
    const after = await dump(db);
    // The text spells out the standard settings too.
    const tables = Object.keys(before).filter((table) => table !== 'settings');
    for (const table of tables) expect([table, after[table]?.length]).toEqual([table, before[table]?.length]);
  });

  test('an addition leaves what it does not name as it was', async () => {
    const db = await database(rich());
    const before = JSON.parse(await exportArchive(db)) as ArchiveInput;
    await add(
      db,
      addition({
        customers: [customer('NEW')],
        invoices: [invoice('NEW', 'N-1'), invoice('B', 'F-4', { state: 'issued' })],
        enrolments: [{ customer: 'NEW', plan: 'Standard', since: '2026-01-01' }],
        payments: [payment('NEW', 'N-1', '1.00')],
      }),
    );
    const after = JSON.parse(await exportArchive(db)) as ArchiveInput;
    expect(after.customers?.filter(({ code }) => code !== 'NEW')).toEqual(before.customers);
    expect(after.invoices?.filter(({ number }) => number !== 'N-1' && number !== 'F-4')).toEqual(
      before.invoices?.filter(({ number }) => number !== 'F-4'),
    );
    expect(after.invoices).toContainEqual(expect.objectContaining({ customer: 'B', number: 'F-4', state: 'issued' }));
    expect(after.payments).toHaveLength((before.payments?.length ?? 0) + 1);
    for (const section of ['settings', 'templates', 'plans', 'creditNotes', 'runs', 'completions', 'history'] as const)
      expect(after[section]).toEqual(before[section]);
    await sound(db);
  });

  test('a customer on another plan ends the old one and keeps its record', async () => {
    const db = await database(firm({ plans: [plan(), together()] }));
    await add(db, addition({ enrolments: [{ customer: 'MARTIN', plan: 'Together', since: '2026-02-01' }] }));
    expect(await db('enrolments').whereNull('ended_at')).toEqual([expect.objectContaining({ since_on: '2026-02-01' })]);
    expect(await db('enrolments')).toHaveLength(2);
  });

  test('fewer steps retires the rest, which invoices may have completed', async () => {
    const db = await database(firm({ invoices: [invoice('MARTIN', 'F-1')] }));
    await add(db, addition({ plans: [plan({ steps: [step(7)] })] }));
    expect(await db('steps').orderBy('position').pluck('retired')).toEqual([0, 1, 1]);
  });

  test('settings that are named change, the others stay', async () => {
    const db = await database(firm());
    await add(db, addition({ settings: { sendAt: '09:30' } }));
    const { settings } = JSON.parse(await exportArchive(db)) as ArchiveInput;
    expect(settings).toMatchObject({ sendAt: '09:30', mode: 'automatic', timeZone: 'Europe/Paris' });
  });
});

describe('a dry run', () => {
  test('says what is wrong with an archive, and keeps nothing of a good one', async () => {
    const db = await database(firm());
    const before = await dump(db);
    const look = (archive: ArchiveInput): Promise<void> =>
      importArchive(db, archive, { file: 'x', clock: at('2026-01-05'), dryRun: true });
    await look(rich());
    await expect(look(addition({ invoices: [invoice('NOBODY', 'X')] }))).rejects.toMatchObject({
      code: 'archive_reference',
    });
    expect(await dump(db)).toEqual(before);
  });
});

const A = (differs: Partial<ArchiveInput>): ArchiveInput => addition({ customers: [customer('NEW')], ...differs });
const twice = <T>(one: T): T[] => [one, one];

describe('an archive that cannot be imported', () => {
  const open = { until: '2026-03-01' as const, madeAt: moment(1) };
  test.each<[string, ArchiveInput, RegExp]>([
    ['an invoice of an unknown customer', A({ invoices: [invoice('NOBODY', 'X-1')] }), /NOBODY/],
    ['a payment on an unknown invoice', A({ payments: [payment('MARTIN', 'X-1', '1.00')] }), /X-1/],
    [
      'a payment that reverses nothing known',
      A({ payments: [payment('MARTIN', 'F-1', '-1', { reverses: 'nix' })] }),
      /nix/,
    ],
    [
      'an enrolment on an unknown plan',
      A({ enrolments: [{ customer: 'NEW', plan: 'Nix', since: '2026-01-01' }] }),
      /Nix/,
    ],
    [
      'a step with an unknown template',
      A({ plans: [plan({ name: 'P', steps: [step(1, { template: 'Nix' })] })] }),
      /Nix/,
    ],
    ['more decimals than the currency has', A({ invoices: [invoice('NEW', 'X-1', { total: '1.005' })] }), /1\.005 EUR/],
    ['decimals of a yen', A({ invoices: [invoice('NEW', 'X-1', { currency: 'JPY', total: '1.5' })] }), /1\.5 JPY/],
    [
      'an amount too large to be exact',
      A({ invoices: [invoice('NEW', 'X-1', { total: '99999999999999999' })] }),
      /9999/,
    ],
    ['a negative total', A({ invoices: [invoice('NEW', 'X-1', { total: '-5.00' })] }), /X-1/],
    ['a payment of nothing', A({ payments: [payment('MARTIN', 'F-1', '0.00', { key: 'zero', applied: [] })] }), /zero/],
    [
      'a payment in another currency than its invoice',
      A({ payments: [payment('MARTIN', 'F-1', '5.00', { key: 'usd', currency: 'USD' })] }),
      /usd/,
    ],
    [
      'a credit note in another currency than its invoice',
      A({
        creditNotes: [
          {
            customer: 'MARTIN',
            number: 'C-9',
            issuedOn: '2026-01-01',
            currency: 'USD',
            total: '5.00',
            applied: [{ invoice: 'F-1', amount: '5.00', on: '2026-01-01' }],
          },
        ],
      }),
      /C-9/,
    ],
    ['two open promises on one invoice', A({ invoices: [invoice('MARTIN', 'F-1', { promises: twice(open) })] }), /F-1/],
    [
      'two open disputes on one invoice',
      A({ invoices: [invoice('MARTIN', 'F-1', { disputes: twice({ reason: 'x', openedAt: moment(1) }) })] }),
      /F-1/,
    ],
    ['a step before the issue date', A({ plans: [plan({ name: 'P9', steps: [step(-3, { from: 'issue' })] })] }), /P9/],
    [
      'two limits in one currency',
      A({ plans: [plan({ name: 'P9', limits: twice({ currency: 'EUR', minimum: '1' }) })] }),
      /P9/,
    ],
    [
      'an instant without milliseconds',
      A({ customers: [customer('NEW', { createdAt: '2026-01-31T12:00:00Z' })] }),
      /NEW|createdAt/,
    ],
    [
      'a decision about nothing',
      A({
        runs: [{ day: '2026-01-12', state: 'closed', startedAt: moment(12) }],
        decisions: [{ run: '2026-01-12', customer: 'NEW', kind: 'gone' }],
      }),
      /2026-01-12/,
    ],
    ['history of no exact moment', A({ history: [{ at: '2026-01-31T12:00:00Z', kind: 'note' }] }), /2026-01-31|at/],
    ['a plan that turns from steps into a recap', A({ plans: [{ ...statement(), name: 'Standard' }] }), /Standard/],
  ])('because of %s is refused by name, and leaves everything as it was', async (_, archive, naming) => {
    const db = await database(firm({ invoices: [invoice('MARTIN', 'F-1')] }));
    const before = await dump(db);
    const refusal = await add(db, archive).then(
      () => null,
      (error: Error & { code?: string; params?: object }) => error,
    );
    expect(refusal?.name === 'Refusal' || refusal?.name === 'ZodError' ? '' : String(refusal)).toBe('');
    expect(JSON.stringify(refusal?.params ?? refusal?.message)).toMatch(naming);
    expect(await dump(db)).toEqual(before);
  });

  test.each([
    ['broken JSON', '{"format": ', 'not_json'],
    ['a list', '[]', 'not_an_archive'],
    ['nothing', 'null', 'not_an_archive'],
    ['another format', '{"format":"other","version":1}', 'not_an_archive'],
    ['an unknown field', '{"format":"dunwell-archive","version":1,"custmers":[]}', 'not_an_archive'],
    ['a newer version', '{"format":"dunwell-archive","version":2}', 'newer_archive'],
    ['an older version', '{"format":"dunwell-archive","version":0}', 'not_an_archive'],
    [
      'a day that does not exist',
      '{"format":"dunwell-archive","version":1,"enrolments":[{"customer":"A","plan":"P","since":"2026-02-30"}]}',
      'not_an_archive',
    ],
  ])('%s is refused before anything is touched', (_, text, code) => {
    expect(() => parseArchive(text, 'x.json')).toThrow(expect.objectContaining({ code }));
  });
});

const amount = (of: string): fc.Arbitrary<string> => {
  const digits = { EUR: 2, JPY: 0, TND: 3 }[of] ?? 2;
  return fc.integer({ min: 1, max: 1e7 }).map((minor) => (minor / 10 ** digits).toFixed(digits));
};
const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });
const present = <T extends object>(record: T): T =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;

describe('whatever the data', () => {
  const currency = fc.constantFrom('EUR', 'JPY', 'TND');
  const text = fc.string({ unit: 'binary', maxLength: 12 }).filter((one) => one.isWellFormed());
  const name = text.filter((one) => one !== '' && !one.includes('\u0000'));
  const day = fc
    .integer({ min: 0, max: 4000 })
    .map((n) => new Date(Date.UTC(2020, 0, 1) + n * 86_400_000).toISOString().slice(0, 10) as Day);
  const instant = fc.integer({ min: 0, max: 4e11 }).map((ms) => new Date(1.5e12 + ms).toISOString());
  const pause = fc.record({ until: maybe(day), reason: text, begunAt: instant }).map(present);

  const invoiceOf = (owner: string, number: string): fc.Arbitrary<unknown> =>
    currency.chain((own) =>
      fc
        .record({
          customer: fc.constant(owner),
          number: fc.constant(number),
          issuedOn: day,
          dueOn: maybe(day),
          receivedOn: maybe(day),
          currency: fc.constant(own),
          total: amount(own),
          settledElsewhere: amount(own),
          state: fc.constantFrom('draft', 'issued', 'cancelled', 'written_off'),
          followUpOff: fc.boolean(),
          note: text,
          promises: fc.array(
            fc
              .record({ until: day, amount: maybe(amount(own)), note: text, madeAt: instant, endedAt: instant })
              .map(present),
            { maxLength: 3 },
          ),
          disputes: fc.array(fc.record({ reason: name, note: text, openedAt: instant, liftedAt: instant }), {
            maxLength: 2,
          }),
          pause: maybe(pause),
          createdAt: instant,
        })
        .map(present),
    );

  const archive = fc
    .uniqueArray(name, { minLength: 1, maxLength: 4 })
    .chain((codes) =>
      fc.record({
        codes: fc.constant(codes),
        customers: fc.tuple(
          ...codes.map((code) =>
            fc
              .record({
                code: fc.constant(code),
                name,
                legalId: maybe(name),
                language: fc.constantFrom('en', 'fr', 'de'),
                country: maybe(fc.constantFrom('FR', 'IT')),
                note: text,
                paymentTermDays: maybe(fc.integer({ min: 0, max: 365 })),
                contacts: fc.array(
                  fc
                    .record({
                      name: text,
                      email: maybe(name),
                      phone: maybe(name),
                      receives: fc.constantFrom('to', 'cc', 'none'),
                      refusedOn: maybe(day),
                    })
                    .map(present),
                  { maxLength: 3 },
                ),
                pause: maybe(pause),
                createdAt: instant,
              })
              .map(present),
          ),
        ),
        invoices: fc
          .uniqueArray(fc.tuple(fc.constantFrom(...codes), name), {
            maxLength: 6,
            selector: (pair) => pair.join('\u0000'),
          })
          .chain((pairs) => fc.tuple(...pairs.map(([owner, number]) => invoiceOf(owner, number)))),
        plans: fc.uniqueArray(
          fc.record({
            kind: fc.constant('escalation'),
            name,
            together: fc.boolean(),
            minimumDays: fc.integer({ min: 0, max: 30 }),
            includeNotDue: fc.boolean(),
            roles: fc.array(text, { maxLength: 2 }),
            steps: fc.array(
              fc.record({
                name,
                from: fc.constantFrom('due', 'issue', 'previous'),
                days: fc.integer({ min: 0, max: 700 }),
                monthEnd: fc.boolean(),
                action: fc.constant('call'),
                retired: fc.boolean(),
              }),
              { maxLength: 4 },
            ),
            createdAt: instant,
          }),
          { maxLength: 3, selector: (one) => one.name },
        ),
        seed: fc.array(fc.record({ n: fc.nat(), positive: fc.boolean(), on: day, at: instant, reference: text }), {
          maxLength: 6,
        }),
      }),
    )
    .map(({ customers, invoices, plans, seed, codes }) => {
      const settled = invoices as { customer: string; number: string; currency: string; total: string }[];
      const claims = seed.flatMap((one) => {
        const about = settled[one.n % Math.max(1, settled.length)];
        return about ? [{ ...one, about }] : [];
      });
      return {
        format: 'dunwell-archive',
        version: 1,
        customers,
        plans,
        enrolments: plans[0]
          ? codes.map((code) => ({ customer: code, plan: plans[0]?.name, since: '2020-01-01' }))
          : [],
        invoices,
        creditNotes: claims
          .filter(({ positive }) => !positive)
          .map(({ about, on, at: createdAt }, n) => ({
            customer: about.customer,
            number: `C${n}`,
            issuedOn: on,
            currency: about.currency,
            total: about.total,
            applied: [{ invoice: about.number, amount: about.total, on }],
            createdAt,
          })),
        payments: claims
          .filter(({ positive }) => positive)
          .map(({ about, on, at: createdAt, reference }, n) => ({
            key: `P${n}`,
            customer: about.customer,
            receivedOn: on,
            currency: about.currency,
            amount: about.total,
            reference,
            applied: [{ invoice: about.number, amount: about.total, on }],
            createdAt,
          })),
      };
    });

  test('what was imported comes out, goes in and comes out the same', async () => {
    await fc.assert(
      fc.asyncProperty(archive, async (given) => {
        const db = await database();
        await add(db, parseArchive(JSON.stringify(given), 'x'));
        const { text: exported, again, copy } = await roundTrip(db);
        expect(again).toBe(exported);
        expect((JSON.parse(exported) as ArchiveInput).customers ?? []).toHaveLength(given.customers.length);
        expect((JSON.parse(exported) as ArchiveInput).invoices ?? []).toHaveLength(given.invoices.length);
        await sound(copy);
        await db.destroy();
        await copy.destroy();
      }),
      { numRuns: 40 },
    );
  });
});

test('a reminder of the past keeps its day when it is told elsewhere', async () => {
  const { copy } = await roundTrip(await lived());
  expect(await copy('reminders').where({ state: 'sent' }).pluck('settled_at')).toEqual(
    expect.arrayContaining([instantOf('2026-02-09')]),
  );
});
