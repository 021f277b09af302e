/**
 * How quick the pages are with a hundred thousand invoices, beside the same pages with a hundred, measured in one run
 * over real HTTP. `npm run bench:pages [-- INVOICES]`. Prints p50 and p95 in milliseconds and their ratio; the floor is
 * an answer of the same server that does nothing.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Db } from '../src/store/database.ts';
import { addDays, type Day } from '../src/domain/calendar.ts';
import { importArchive } from '../src/services/archives.ts';
import { starterArchive } from '../seeds/starter.ts';
import { insertAll } from '../src/store/rows.ts';
import { ASSETS } from '../src/web/assets.ts';
import { openWeb, type OpenWeb } from '../test/support/web.ts';

const TODAY: Day = '2026-11-23';
const ROUNDS = 120;
const many = Number(process.argv[2] ?? 100_000);

/** A ledger of n open invoices, thirty to a customer, from a year late to two months ahead, two thirds of them on plans. */
async function fill(db: Db, n: number): Promise<void> {
  const at = '2026-11-01T00:00:00.000Z';
  const customers = Math.max(4, Math.round(n / 30));
  await db.transaction(async (trx) => {
    const rows = Array.from({ length: customers }, (_, i) => i + 1);
    await insertAll(
      trx,
      'customers',
      rows.map((id) => ({
        id,
        code: `C${id}`,
        name: `Customer ${String((id * 7919) % 99991)} Ltd`,
        language: ['en', 'fr', 'it'][id % 3],
        street: '1 Road',
        city: 'Town',
        created_at: at,
      })),
    );
    await insertAll(
      trx,
      'contacts',
      rows.map((id) => ({
        customer_id: id,
        position: 0,
        name: 'Accounts',
        email: `c${id}@example.test`,
        receives: 'to',
      })),
    );
    const plans: { id: number; name: string; kind: string }[] = await trx('plans').orderBy('id');
    await insertAll(
      trx,
      'enrolments',
      rows
        .filter((id) => id % 3 !== 0)
        .map((id) => ({ customer_id: id, plan_id: plans[id % 2]?.id, kind: 'escalation', since_on: '2026-01-01' })),
    );
    const invoices = Array.from({ length: n }, (_, i) => i + 1);
    await insertAll(
      trx,
      'invoices',
      invoices.map((id) => {
        const dueOn = addDays(TODAY, 60 - ((id * 31) % 420));
        const total = 1000 + ((id * 7877) % 500_000);
        return {
          id,
          customer_id: 1 + (id % customers),
          number: `INV-${String(id).padStart(7, '0')}`,
          issued_on: addDays(dueOn, -30),
          due_on: dueOn,
          currency: 'EUR',
          total_minor: total,
          outstanding_minor: total,
          state: 'issued',
          created_at: at,
        };
      }),
    );
  });
  await db.raw('ANALYZE');
}

const PAGES = {
  dashboard: '/invoices',
  'filter: overdue': '/invoices?filter=overdue',
  'filter: ⚡ only': '/invoices?filter=bolt',
  'order: largest first': '/invoices?order=amount',
  search: '/invoices?search=0000042',
  panel: '/invoices/42',
  customers: '/customers',
} as const;

interface Timing {
  p50: number;
  p95: number;
}

async function time(base: string, url: string, cookie: string): Promise<Timing> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS + 10; round++) {
    const from = process.hrtime.bigint();
    const answer = await fetch(base + url, { headers: { cookie } });
    await answer.arrayBuffer();
    if (answer.status !== 200) throw new Error(`${url}: ${answer.status}`);
    if (round >= 10) times.push(Number(process.hrtime.bigint() - from) / 1e6);
  }
  times.sort((a, b) => a - b);
  return { p50: times[Math.floor(times.length * 0.5)] ?? 0, p95: times[Math.floor(times.length * 0.95)] ?? 0 };
}

async function measure(invoices: number): Promise<Map<string, Timing>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'dunwell-pages-'));
  const open: OpenWeb = await openWeb({ demo: false, file: path.join(folder, 'dunwell.db'), day: TODAY });
  await importArchive(open.db, starterArchive('en'), { file: 'starter', clock: open.web.clock });
  process.stderr.write(`filling in ${invoices} invoices\n`);
  await fill(open.db, invoices);
  const server = open.app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const result = new Map([['floor: an icon', await time(base, ASSETS['favicon.svg'] ?? '', '')]]);
  for (const [name, url] of Object.entries(PAGES)) {
    process.stderr.write(`${name}\n`);
    result.set(name, await time(base, url, open.cookie));
  }
  server.close();
  server.closeAllConnections();
  await open.close();
  rmSync(folder, { recursive: true });
  return result;
}

const small = await measure(100);
const large = await measure(many);
const column = (text: string): string => text.padStart(12);
const ms = (value: number): string => column(value.toFixed(1));
process.stdout.write(
  `${'page'.padEnd(22)}${column('100: p50')}${column('p95')}${column(`${many}: p50`)}${column('p95')}${column('ratio p50')}\n`,
);
for (const [name, { p50, p95 }] of large) {
  const before = small.get(name) ?? { p50: 0, p95: 0 };
  process.stdout.write(
    `${name.padEnd(22)}${ms(before.p50)}${ms(before.p95)}${ms(p50)}${ms(p95)}${column((p50 / before.p50).toFixed(2))}\n`,
  );
}
