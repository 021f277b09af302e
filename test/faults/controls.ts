// Each guard taken away, in the test's own code: the suite has to see it.
import path from 'node:path';
import { importArchive } from '../../src/services/archives.ts';
import { clockAt } from '../../src/clock.ts';
import { runDay } from '../../src/services/runDay.ts';
import { openDatabase } from '../../src/store/database.ts';
import { build, compare, DAY, debtors, DELIVER, demolish, firmOf, ROOT, run, start, write } from './house.ts';
import { interleavings } from './facts.ts';
import { inTown } from './processes.ts';
import { type Line, line } from './table.ts';

const WORKER = path.join(ROOT, 'test', 'faults', 'worker.ts');

const control = (what: string, seen: number, tries: number): Line =>
  line('control', what, {
    tries,
    lost: null,
    doubled: null,
    uncertain: null,
    verdict: seen > 0 ? `seen (${seen})` : 'NOT SEEN',
  });

/** Remembers after sending, and dies in between. */
async function remembersAfter(kills: number): Promise<Line> {
  let doubled = 0;
  await inTown(6, async ({ server, plan }) => {
    const house = build(plan, { port: server.port });
    for (let n = 0; n < kills; n++) {
      const process = start(house, ['remembers-after'], { script: WORKER });
      await server.set([{ at: 'dot', accept: true, end: 'kill', times: 1 }], { pid: process.child.pid ?? 0 });
      await process.ended;
    }
    await server.set([]);
    await run(house, ['remembers-after'], { script: WORKER });
    doubled = compare(house, server.accepted(), 0).doubled;
    demolish(house);
  });
  return control('a sender that remembers after sending, killed after the dot', doubled, kills);
}

/** Sends again what got no answer. */
async function triesAgain(times: number): Promise<Line> {
  let doubled = 0;
  await inTown(3, async ({ server, plan }) => {
    await server.set([{ at: 'dot', accept: true, end: 'drop', times: 3 }]);
    const house = build(plan, { port: server.port });
    for (let n = 0; n < times; n++) await run(house, ['tries-again'], { script: WORKER });
    doubled = compare(house, server.accepted(), 0).doubled;
    demolish(house);
  });
  return control('a sender that tries again after silence', doubled, times);
}

/** Recovers what another process is sending: it calls uncertain what arrives, though nothing crashed. */
async function withoutLock(): Promise<Line> {
  let seen = 0;
  let rounds = 0;
  for (; rounds < 6 && seen === 0; rounds++)
    await inTown(25, async ({ server, plan }) => {
      await server.set([{ at: 'dot', delay: 15 }]);
      const house = build(plan, { port: server.port });
      await run(
        house,
        DELIVER.filter((word) => word !== '--deliver'),
      );
      await Promise.all([0, 1, 2].map(() => run(house, ['no-lock'], { script: WORKER })));
      const { doubled, uncertain, problems } = compare(house, server.accepted(), 0);
      seen += doubled + uncertain + problems.length;
      demolish(house);
    });
  return control('three senders without the lock, none of them killed', seen, rounds);
}

/** Decides twice, in a database without the unique indexes and without the row of the run. */
async function withoutIndexes(): Promise<Line> {
  const seen: number[] = [];
  for (const guarded of [true, false]) {
    const db = await openDatabase(':memory:');
    const clock = clockAt(DAY, '13:00', 'Europe/Paris');
    await importArchive(db, firmOf(debtors(5)), { file: 'a', clock: clockAt('2026-01-05', '12:00', 'Europe/Paris') });
    await runDay(db, { day: DAY, clock, owner: 'a' });
    const copy = async (): Promise<void> => {
      const rows: Record<string, unknown>[] = await db('reminders');
      for (const { id: _, ...row } of rows)
        await db('reminders')
          .insert({ ...row, message_id: `${String(row.message_id)}2` })
          .onConflict()
          .ignore();
    };
    if (!guarded) await db.raw('DROP INDEX reminders_key');
    await copy();
    const [{ n }] = (await db('reminders').count({ n: '*' })) as [{ n: number }];
    seen.push(n - 5);
    await db.destroy();
  }
  return control('a database without its unique index, decided twice', (seen[1] ?? 0) - (seen[0] ?? 0), 1);
}

/** Sends what was decided without asking again. */
async function withoutRecheck(count: number): Promise<Line> {
  const { problems } = await interleavings(7, count, true);
  return control('a sender that does not ask again at the claim', problems, count);
}

/** A host that counts as the machine itself, behind which somebody has cut STARTTLS out. */
async function withoutTls(): Promise<Line> {
  let seen = 0;
  await inTown(1, async ({ server, plan }) => {
    await server.set([{ at: 'auth', say: '535 no' }], { auth: true });
    const house = build(plan, { port: server.port, security: 'starttls', user: 'anna' });
    await run(house, DELIVER, { env: { DUNWELL_SMTP_PASSWORD: 'canary' } });
    seen = (await server.seen()).inClear.filter((text) => text.startsWith('AUTH')).length;
    demolish(house);
  });
  return control('a password over a connection without encryption (loopback)', seen, 1);
}

/** A record that says "sent" of what never left. */
async function forged(): Promise<Line> {
  let lost = 0;
  await inTown(3, async ({ server, plan }) => {
    const house = build(plan, { port: server.port });
    await run(
      house,
      DELIVER.filter((word) => word !== '--deliver'),
    );
    write(house.file, (db) => db.exec(`UPDATE reminders SET state = 'sent' WHERE id = 2`));
    await run(house, DELIVER);
    lost = compare(house, server.accepted(), 3).lost;
    demolish(house);
  });
  return control('a record that says "sent" of what never left', lost, 1);
}

export async function controls({ short = false } = {}): Promise<Line[]> {
  const lines = [
    await remembersAfter(short ? 1 : 3),
    await triesAgain(short ? 2 : 4),
    await withoutIndexes(),
    await withoutRecheck(short ? 100 : 1000),
  ];
  if (short) return lines;
  return [...lines, await withoutLock(), await withoutTls(), await forged()];
}
