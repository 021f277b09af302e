// The main job on a real ledger: npm run bench:ledger [-- FOLDER]. Every figure is of a process of its own. What is wrong
// ends it with a sentence and exit code 1; how long it takes is only shown, beside the least that it could take.
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DecisionsJson } from '../src/cli/describe.ts';
import type { Day } from '../src/domain/calendar.ts';
import { type Finished, runDunwell, runNode } from '../test/support/childProcess.ts';
import {
  forecastFaults,
  historyFaults,
  importFaults,
  reasonsIn,
  receivedFaults,
  sendFaults,
} from '../test/support/ledgerChecks.ts';
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
} from '../test/support/ledgerRun.ts';
import { type LedgerFiles, readDocuments } from '../test/support/ledgerSource.ts';
import { startSmtpSink } from '../test/support/smtpSink.ts';

/** The last day of the ledger was a Friday; the Monday after it is the next sending day. */
const FRIDAY: Day = '2011-12-09';
const MONDAY: Day = '2011-12-12';
/** Durable writes that each message needs: the claim with the bytes, the handover, the end. */
const COMMITS = 3;

const root = path.join(import.meta.dirname, '..');
const tell = (text: string): void => void process.stderr.write(`bench: ${text}\n`);

/** One row of the table: what the product took, and what cannot be done without. */
interface Measured {
  what: string;
  took: Finished;
  floor: string;
  floorSeconds: number;
}

interface Lived {
  announced: Answer<DecisionsJson>;
  ran: Answer<RunJson>;
}

async function bench(files: LedgerFiles): Promise<Measured[]> {
  const house = await openHouse(files);
  try {
    const documents = readDocuments(files).length;
    tell(`importing ${documents} documents`);
    const imported = await importLedger(house);
    demand(importFaults(house));
    tell('the import agrees with the expected tables to the cent; putting plans on the customers');
    await castLedger(house, FRIDAY);
    const foreseen = await forecastFrom(house, FRIDAY, 30);
    const friday = await liveThrough(house, FRIDAY, foreseen.json);
    tellHolds(friday.announced.json);
    const again = await deliverNothing(house, FRIDAY);
    const monday = await liveThrough(house, MONDAY, foreseen.json);
    demand(historyFaults(house, await house.sink.messages()));
    tell('measuring the floors');
    const [insert, read] = [await floor('insert', files.invoices), await floor('read', house.databaseFile)];
    const inserted = { floor: 'its rows parsed and inserted', floorSeconds: insert.seconds };
    const rowsRead = { floor: 'the same rows read', floorSeconds: read.seconds };
    const foretold = foreseen.json.days.reduce((sum, { sends }) => sum + sends.length, 0);
    return [
      await startRow(),
      { what: `import of ${documents} documents`, took: imported.took, ...inserted },
      { what: `forecast of 30 days, ${foretold} messages`, took: foreseen.took, ...rowsRead },
      { what: `dry run, ${friday.announced.json.sends.length} messages`, took: friday.announced.took, ...rowsRead },
      await deliveryRow(house, friday),
      { what: 'the same run again, 0 messages', took: again.took, ...rowsRead },
      await deliveryRow(house, monday),
    ];
  } finally {
    await house.close();
  }
}

/** Announces, runs and delivers a day, and demands that all three are the same, and what the forecast said. */
async function liveThrough(house: House, day: Day, foreseen: ForecastJson): Promise<Lived> {
  const before = await house.sink.count();
  const announced = await dryRun(house, day);
  const { sends } = announced.json;
  demand(forecastFaults(foreseen, announced.json));
  tell(`${day}: ${sends.length} messages announced; delivering`);
  const ran = await deliverDay(house, day);
  const received = (await house.sink.messages()).slice(before);
  demand(sendFaults(`the run of ${day}`, sends, ran.json.sends));
  demand(await receivedFaults(house, sends, received));
  tell(`${day}: ${received.length} messages arrived, exactly those announced`);
  return { announced, ran };
}

async function deliverNothing(house: House, day: Day): Promise<Answer<RunJson>> {
  const before = await house.sink.count();
  const again = await deliverDay(house, day);
  const more = (await house.sink.count()) - before;
  demand(more === 0 ? [] : [`the same run again delivered ${more} messages`]);
  tell(`${day}: the same run again delivered none`);
  return again;
}

function tellHolds(announced: DecisionsJson): void {
  const reasons = [...reasonsIn(announced)].toSorted().join(', ').replaceAll('_', ' ');
  tell(`${announced.day}: ${announced.holds.length} decisions to hold back, because of: ${reasons}`);
}

async function startRow(): Promise<Measured> {
  const bare = await runNode(['-e', '0']);
  const took = await runDunwell(root, ['--version']);
  return { what: 'start of the program', took, floor: 'an empty Node', floorSeconds: bare.seconds };
}

async function deliveryRow(house: House, { ran }: Lived): Promise<Measured> {
  const count = ran.json.sends.length;
  const sink = await startSmtpSink();
  const smtp = await floor('smtp', house.databaseFile, count, sink.port);
  await sink.stop();
  const commits = await floor('commits', path.join(house.folder, `commits-${ran.json.day}.db`), count * COMMITS);
  return {
    what: `run and delivery of ${ran.json.day}, ${count} messages`,
    took: ran.took,
    floor: `sending them ${seconds(smtp)}, ${count * COMMITS} commits ${seconds(commits)}`,
    floorSeconds: smtp.seconds + commits.seconds,
  };
}

async function floor(name: string, file: string, count = 0, port = 0): Promise<Finished> {
  const took = await runNode([path.join(root, 'bench', 'floors.ts'), name, file, String(count), String(port)]);
  if (took.code !== 0) throw new Error(`the floor ${name} ended with ${took.code}: ${took.stderr}`);
  return took;
}

function demand(faults: readonly string[]): void {
  if (faults.length) throw new Error(faults.join('\n'));
}

const seconds = ({ seconds: taken }: Pick<Finished, 'seconds'>): string => `${taken.toFixed(2)} s`;

function table(rows: readonly Measured[]): string {
  const cells = rows.map(({ what, took, floor: least, floorSeconds }) => [
    what,
    seconds(took),
    `${Math.round(took.peakMegabytes)} MB`,
    `${(took.seconds / floorSeconds).toFixed(1)} ×`,
    `${least}: ${floorSeconds.toFixed(2)} s`,
  ]);
  const lines = [['', 'time', 'peak', 'to floor', 'floor'], ...cells];
  const widths = [0, 1, 2, 3, 4].map((place) => Math.max(...lines.map((line) => line[place]?.length ?? 0)));
  const padded = (text: string, place: number): string => {
    const width = widths[place] ?? 0;
    return place === 0 || place === 4 ? text.padEnd(width) : text.padStart(width);
  };
  return lines.map((line) => line.map(padded).join('   ').trimEnd()).join('\n');
}

function filesIn(folder: string): LedgerFiles {
  const file = (name: string): string => path.join(folder, `online-retail-${name}.csv`);
  const files = { invoices: file('invoices'), totals: file('expected-totals'), customers: file('expected-customers') };
  const missing = Object.values(files).find((one) => !existsSync(one));
  if (!missing) return files;
  throw new Error(`There is no ${missing}. Say where the ledger is: npm run bench:ledger -- FOLDER`);
}

try {
  const folder = process.argv[2] ?? path.join(root, '..', 'shared', 'corpora', 'ar-ledgers');
  const rows = await bench(filesIn(path.resolve(folder)));
  process.stdout.write(`${table(rows)}\n`);
} catch (error) {
  tell((error as Error).message);
  process.exitCode = 1;
}
