/**
 * What the single binary costs: `npm run bench:binary [-- REMINDERS]`. It builds it, starts it in an empty folder, lets it rest,
 * and lets it decide, write and send a run over SMTP; beside a program of the same Node that only answers a request.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { systemClock } from '../src/clock.ts';
import { addDays } from '../src/domain/calendar.ts';
import { localMoment } from '../src/domain/timetable.ts';
import { startSmtpSink } from '../test/support/smtpSink.ts';
import { buildBinary } from '../tools/buildBinary.ts';
import { type Started, startUp } from '../tools/startUp.ts';
import { dueLedger } from './dueLedger.ts';

const count = Number(process.argv[2] ?? 10_000);
const STARTS = 5;
const REST = 15_000;

const folder = mkdtempSync(path.join(tmpdir(), 'dunwell-bench-'));
const binary = path.join(folder, 'dunwell');
const tell = (text: string): void => void process.stderr.write(`bench: ${text}\n`);

/** The least that a program of this Node can be: it listens and answers. */
const FLOOR = `
  const server = require('node:http').createServer((_, response) => response.end('ok'));
  server.listen(0, '127.0.0.1', () => console.log('http://localhost:' + server.address().port));
`;
const floorCommand = [process.execPath, '-e', FLOOR];

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

interface Measured {
  first: number;
  start: number;
  idle: number;
}

/** Seconds to the first page, in an empty folder and later, and megabytes at rest. */
async function measure(command: readonly string[], env: Record<string, string>): Promise<Measured> {
  const times: number[] = [];
  let idle = 0;
  for (let n = 0; n <= STARTS; n++) {
    const started = await startUp(command, env);
    times.push(started.milliseconds / 1000);
    if (n === STARTS) {
      await setTimeout(REST);
      idle = started.memory().now;
    }
    await started.stop();
  }
  return { first: times[0] ?? 0, start: median(times.slice(1)), idle };
}

/** A run of the day by the program itself, as its clock ticks. */
async function run(): Promise<{ seconds: number; after: ReturnType<Started['memory']> }> {
  const sink = await startSmtpSink();
  const env = { DUNWELL_DATA_DIR: path.join(folder, 'run'), DUNWELL_PORT: '0' };
  const { day } = localMoment(systemClock(), 'UTC');
  const file = path.join(folder, 'ledger.json');
  const ledger = dueLedger({
    count,
    server: { host: sink.host, port: sink.port },
    dates: { since: addDays(day, -60), invoice: { issuedOn: addDays(day, -40), dueOn: addDays(day, -7) } },
    // At every hour of every day.
    settings: { timeZone: 'UTC', sendAt: '00:00', sendUntil: '23:59', sendingDays: [1, 2, 3, 4, 5, 6, 7] },
  });
  writeFileSync(file, JSON.stringify(ledger));
  const imported = spawnSync(binary, ['import', file], { env, encoding: 'utf8' });
  if (imported.status !== 0) throw new Error(imported.stderr);
  const begun = performance.now();
  const started = await startUp([binary, 'serve'], env);
  let [before, quiet] = [0, 0];
  while ((before = await sink.count()) < count) {
    await setTimeout(500);
    quiet = (await sink.count()) === before ? quiet + 1 : 0;
    if (quiet > 240) throw new Error(`only ${before} of ${count} messages arrived`);
  }
  const seconds = (performance.now() - begun) / 1000;
  const after = started.memory();
  await started.stop();
  if ((await sink.count()) !== count) throw new Error(`${await sink.count()} of ${count} messages arrived`);
  await sink.stop();
  return { seconds, after };
}

const row = (...cells: string[]): void =>
  void process.stdout.write(`${cells.map((cell, at) => (at ? cell.padStart(12) : cell.padEnd(40))).join('')}\n`);
const compare = (what: string, value: number, floor: number, unit: string, digits: number): void =>
  row(what, `${value.toFixed(digits)} ${unit}`, `${floor.toFixed(digits)} ${unit}`, `${(value / floor).toFixed(1)} ×`);

try {
  tell('building');
  const { bytes } = await buildBinary(binary);
  tell('starting it, and the floor');
  const own = await measure([binary, 'serve'], { DUNWELL_DATA_DIR: path.join(folder, 'empty'), DUNWELL_PORT: '0' });
  const floor = await measure(floorCommand, {});
  tell(`a run of ${count} reminders`);
  const { seconds, after } = await run();
  const megabyte = 1024 * 1024;
  row('', 'binary', 'bare Node', 'ratio');
  compare('file', bytes / megabyte, statSync(process.execPath).size / megabyte, 'MB', 0);
  compare('first page, empty folder', own.first, floor.first, 's', 2);
  compare('first page, later', own.start, floor.start, 's', 2);
  compare('memory at rest', own.idle, floor.idle, 'MB', 0);
  compare(`memory after ${count} reminders`, after.now, own.idle, 'MB', 0);
  compare('the most memory meanwhile', after.most, own.idle, 'MB', 0);
  process.stdout.write('(the last two beside the binary at rest)\n');
  process.stdout.write(`${count} reminders decided, written and sent in ${seconds.toFixed(0)} s\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
