import path from 'node:path';
import type { DecisionsJson } from '../../src/cli/describe.ts';
import type { Day } from '../../src/domain/calendar.ts';
import {
  forecastFaults,
  historyFaults,
  importFaults,
  reasonsIn,
  receivedFaults,
  sendFaults,
} from '../support/ledgerChecks.ts';
import { PLANS } from '../support/ledgerCast.ts';
import {
  type Answer,
  castLedger,
  deliverDay,
  dryRun,
  forecastFrom,
  type ForecastJson,
  type House,
  importLedger,
  openHouse,
  type RunJson,
} from '../support/ledgerRun.ts';
import type { Received } from '../support/smtpSink.ts';

const fixtures = path.join(import.meta.dirname, '..', 'fixtures');
const files = {
  invoices: path.join(fixtures, 'csv', 'online-retail-cut.csv'),
  totals: path.join(fixtures, 'ledger', 'online-retail-cut-totals.csv'),
  customers: path.join(fixtures, 'ledger', 'online-retail-cut-customers.csv'),
};

/** Most of the cut was invoiced on the first two days of December, so its first reminders fall due on these two days. */
const [WEDNESDAY, THURSDAY] = ['2011-01-05', '2011-01-06'] as const;

/** One day: what the dry run announced, what the run said, and what the mail server got from it. */
interface Lived {
  announced: DecisionsJson;
  ran: RunJson;
  received: Received[];
}

let house: House;
let foreseen: Answer<ForecastJson>;
let wednesday: Lived;
let again: Lived;
let thursday: Lived;

async function liveThrough(day: Day): Promise<Lived> {
  const before = await house.sink.count();
  const announced = await dryRun(house, day);
  const ran = await deliverDay(house, day);
  return { announced: announced.json, ran: ran.json, received: (await house.sink.messages()).slice(before) };
}

beforeAll(async () => {
  house = await openHouse(files);
  await importLedger(house);
  await castLedger(house, WEDNESDAY);
  foreseen = await forecastFrom(house, WEDNESDAY, 30);
  wednesday = await liveThrough(WEDNESDAY);
  again = await liveThrough(WEDNESDAY);
  thursday = await liveThrough(THURSDAY);
});
afterAll(() => house.close());

test('a real wholesaler’s ledger is imported to the cent, document by document and customer by customer', () => {
  expect(importFaults(house)).toEqual([]);
});

test('the dry run announces exactly the messages that the run then queues', () => {
  expect(wednesday.announced.sends.length).toBeGreaterThan(40);
  expect(wednesday.announced.holds).toEqual(wednesday.ran.holds);
  expect(sendFaults('the run', wednesday.announced.sends, wednesday.ran.sends)).toEqual([]);
});

test('what was announced arrives at the mail server, each message once, with its invoices and its amounts', async () => {
  expect(await receivedFaults(house, wednesday.announced.sends, wednesday.received)).toEqual([]);
  expect(wednesday.ran.run.delivery).toEqual({ ...NOTHING, sent: wednesday.announced.sends.length });
});

test('every kind of plan sends, and so does every kind of hold withhold', () => {
  const plans = new Set(wednesday.announced.sends.map(({ plan }) => plan));
  expect(plans).toEqual(new Set(Object.values(PLANS)));
  const reasons = ['disputed', 'promised', 'customer_paused', 'no_recipient', 'covered_by_credit'];
  expect([...reasonsIn(wednesday.announced)]).toEqual(expect.arrayContaining(reasons));
});

test('the same run again delivers nothing', () => {
  expect(again.announced.sends).toEqual([]);
  expect(again.ran.sends).toEqual([]);
  expect(again.ran.run).toMatchObject({ state: 'already_done', delivery: NOTHING });
  expect(again.received).toEqual([]);
});

test('the next day delivers only what falls due on it', async () => {
  expect(thursday.announced.sends.length).toBeGreaterThan(20);
  expect(sendFaults('the run', thursday.announced.sends, thursday.ran.sends)).toEqual([]);
  expect(await receivedFaults(house, thursday.announced.sends, thursday.received)).toEqual([]);
});

test('the forecast knew both days', () => {
  expect(forecastFaults(foreseen.json, wednesday.announced)).toEqual([]);
  expect(forecastFaults(foreseen.json, thursday.announced)).toEqual([]);
});

test('the history keeps the very bytes that the mail server received, and nothing else', () => {
  expect(historyFaults(house, [...wednesday.received, ...thursday.received])).toEqual([]);
});

const NOTHING = { sent: 0, failed: 0, uncertain: 0, cancelled: 0, postponed: 0, stopped: null };
