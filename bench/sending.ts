/**
 * How quick the dashboard is while a run writes and sends its messages, beside the same page while nothing happens, in one
 * program and one minute: `npm run bench:sending [-- MESSAGES]`. The mail server and the visitor are processes of their own.
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Day } from '../src/domain/calendar.ts';
import { importArchive } from '../src/services/archives.ts';
import { deliverOutbox } from '../src/services/deliverOutbox.ts';
import { runDay } from '../src/services/runDay.ts';
import { transportFor } from '../src/services/transportFor.ts';
import { readSettings } from '../src/store/settings.ts';
import { startSmtpSink } from '../test/support/smtpSink.ts';
import { openWeb } from '../test/support/web.ts';
import { dueLedger } from './dueLedger.ts';

const TODAY: Day = '2026-11-23';
const IDLE = 8_000;
const count = Number(process.argv[2] ?? 2_000);

const sink = await startSmtpSink();
const folder = mkdtempSync(path.join(tmpdir(), 'dunwell-sending-'));
const { db, web, app, cookie, close } = await openWeb({
  demo: false,
  file: path.join(folder, 'dunwell.db'),
  day: TODAY,
});
await importArchive(
  db,
  dueLedger({
    count,
    server: { host: sink.host, port: sink.port },
    dates: { since: '2026-01-01', invoice: { issuedOn: '2026-10-01', dueOn: '2026-11-01' } },
  }),
  { file: 'bench', clock: web.clock },
);
const server = app.listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/invoices`;

/** How long the page took each time while the work was done. */
async function during(work: () => Promise<unknown>): Promise<number[]> {
  const visitor = fork(path.join(import.meta.dirname, 'visitor.ts'), [url, cookie], { execArgv: [] });
  const times = new Promise<number[]>((resolve, reject) => {
    visitor.once('message', (value) => resolve(value as number[]));
    visitor.once('exit', (code) => reject(new Error(`the visitor ended with ${code}`)));
  });
  await setTimeout(500);
  await work();
  visitor.send('stop');
  return (await times).slice(5);
}

const clock = (): number => Date.parse('2026-11-23T12:00:00.000Z');
const begun = process.hrtime.bigint();
const idle = await during(() => setTimeout(IDLE));
const deciding = await during(() => runDay(db, { day: TODAY, clock, owner: 'bench' }));
const sending = await during(async () => {
  const transport = transportFor(await readSettings(db), null);
  const { sent } = await deliverOutbox(db, { clock, owner: 'bench', transport });
  if (sent !== count || (await sink.count()) !== count) throw new Error(`${sent} of ${count} were sent`);
});
const seconds = Number(process.hrtime.bigint() - begun) / 1e9;

const at = (times: readonly number[], share: number): number =>
  times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
const column = (text: string): string => text.padStart(12);
const line = (name: string, times: readonly number[]): string =>
  `${name.padEnd(26)}${column(String(times.length))}${[0.5, 0.99, 1]
    .map((share) => column(at(times, share).toFixed(1)) + column((at(times, share) / at(idle, share)).toFixed(2)))
    .join('')}\n`;
process.stdout.write(
  `${'dashboard, ms'.padEnd(26)}${['pages', 'p50', 'to idle', 'p99', 'to idle', 'longest', 'to idle'].map(column).join('')}\n` +
    line('idle', idle) +
    line(`deciding ${count} messages`, deciding) +
    line(`sending ${count} messages`, sending),
);
process.stderr.write(`${seconds.toFixed(0)} s in all\n`);
server.close();
server.closeAllConnections();
await close();
await sink.stop();
rmSync(folder, { recursive: true });
