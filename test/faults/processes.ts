// F4–F7, F36–F38, F40, F45, F47: several processes, signals, disks and locks, with the program itself.
import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { addDays } from '../../src/domain/calendar.ts';
import { dayAtNoon, NOON_ZONE } from '../support/noon.ts';
import {
  blueprint,
  build,
  compare,
  DAY,
  debtors,
  DELIVER,
  demolish,
  dice,
  discard,
  firmOf,
  type House,
  rows,
  run,
  type Running,
  sleep,
  start,
  temporary,
  until,
  write,
} from './house.ts';
import { hasStrace, strace } from './kill.ts';
import { type FaultServer, startFaultServer } from './server.ts';
import { elsewhere, type Line, line } from './table.ts';

/** A server and a blueprint of a firm, for the time of some work. */
export async function inTown<T>(
  size: number,
  work: (town: { server: FaultServer; plan: string; folder: string }) => Promise<T>,
  archive = firmOf(debtors(size)),
): Promise<T> {
  const folder = temporary();
  const server = await startFaultServer(folder);
  try {
    return await work({ server, folder, plan: await blueprint(path.join(folder, 'plan.db'), archive) });
  } finally {
    await server.stop();
    discard(folder);
  }
}

/** Compares, and adds what was found to the line. */
export function settle(into: Line, house: House, server: FaultServer, expected: number): void {
  const count = compare(house, server.accepted(), expected);
  into.lost = (into.lost ?? 0) + count.lost;
  into.doubled = (into.doubled ?? 0) + count.doubled;
  into.uncertain = (into.uncertain ?? 0) + count.uncertain;
  into.notes.push(...count.problems);
}

/** A firm whose sending hours are always, and whose invoices are due today, for the program under the real clock. */
export function firmOfToday(count: number): ReturnType<typeof firmOf> {
  const today = dayAtNoon();
  const archive = firmOf(debtors(count));
  return {
    ...archive,
    settings: {
      ...archive.settings,
      timeZone: NOON_ZONE,
      sendingDays: [1, 2, 3, 4, 5, 6, 7],
      sendAt: '00:00',
      sendUntil: '23:59',
    },
    invoices: archive.invoices?.map((one) => ({ ...one, issuedOn: addDays(today, -37), dueOn: addDays(today, -7) })),
  } as ReturnType<typeof firmOf>;
}

const exitOf = async (process: Running, seconds: number): Promise<number | null | 'late'> =>
  Promise.race([process.ended.then(({ code }) => code), sleep(seconds * 1000).then(() => 'late' as const)]);

/** F4, F47: asked to stop in the middle of a run, it finishes the message in flight; the next process does the rest. */
export async function terminated(rounds: number, how: 'serve' | 'run' = 'serve'): Promise<Line> {
  const into = line(how === 'serve' ? 'F4, F47' : 'F4', `SIGTERM in the middle of ${how}, then another process`, {
    tries: 0,
  });
  const size = 8;
  const archive = how === 'serve' ? firmOfToday(size) : firmOf(debtors(size));
  await inTown(
    size,
    async ({ server, plan }) => {
      for (let n = 0; n < rounds; n++) {
        await server.reset();
        await server.set([{ at: 'dot', delay: 400 }]);
        const house = build(plan, { port: server.port });
        const process = start(house, how === 'serve' ? ['serve'] : DELIVER);
        await until(() => server.accepted().length >= 2, 90);
        process.child.kill('SIGTERM');
        const code = await exitOf(process, 30);
        if (code === 'late') process.child.kill('SIGKILL');
        if (code !== 0) into.notes.push(`${how} ended with ${code} after SIGTERM`);
        const unclear = rows(house).filter(({ state }) => state !== 'queued' && state !== 'sent');
        if (unclear.length) into.notes.push(`${unclear.length} messages were ${unclear[0]?.state} after SIGTERM`);
        if (rows(house).every(({ state }) => state === 'sent')) into.notes.push('it went on to the end');
        await server.set([]);
        const day = how === 'serve' ? dayAtNoon() : DAY;
        await run(house, ['run', '--day', day, '--deliver']);
        settle(into, house, server, size);
        into.tries += 1;
        demolish(house);
      }
    },
    archive,
  );
  return into;
}

/** F5: several processes at once, also after one was killed: one sends, the others say so. */
export async function several(rounds: number, processes: number): Promise<Line> {
  const into = line('F5', `${processes} processes at once`, { tries: 0 });
  const size = 20;
  await inTown(size, async ({ server, plan }) => {
    for (let n = 0; n < rounds; n++) {
      await server.reset();
      const house = build(plan, { port: server.port });
      const running = Array.from({ length: processes }, () => start(house, DELIVER));
      if (n % 2 === 1) setTimeout(() => running[0]?.child.kill('SIGKILL'), 300 + 100 * (n % 10)).unref();
      const ended = await Promise.all(running.map((one) => one.ended));
      for (const { code, signal, stderr } of ended)
        if (signal === null && code !== 0 && code !== 1 && code !== 2)
          into.notes.push(`one ended with ${code}: ${stderr}`);
      const last = await run(house, DELIVER);
      if (last.code !== 0) into.notes.push(`the last one ended with ${last.code}: ${last.stderr}`);
      settle(into, house, server, size);
      into.tries += 1;
      demolish(house);
    }
  });
  return into;
}

/** F6: a suspended sender keeps the lock; nobody takes over by a timeout, and it goes on when it wakes. */
export async function suspended(rounds: number): Promise<Line> {
  const into = line('F6', 'SIGSTOP in the middle, another process, SIGCONT', { tries: 0 });
  const size = 12;
  await inTown(size, async ({ server, plan }) => {
    for (let n = 0; n < rounds; n++) {
      await server.reset();
      await server.set([{ at: 'dot', delay: 50 }]);
      const house = build(plan, { port: server.port });
      const first = start(house, DELIVER);
      await until(() => server.accepted().length >= 2);
      first.child.kill('SIGSTOP');
      const second = await run(house, DELIVER);
      if (second.code !== 2) into.notes.push(`the second process ended with ${second.code}: ${second.stderr}`);
      first.child.kill('SIGCONT');
      await first.ended;
      await run(house, DELIVER);
      settle(into, house, server, size);
      into.tries += 1;
      demolish(house);
    }
  });
  return into;
}

/** F7: the run asked for again and again on one day. */
export async function again(times: number): Promise<Line> {
  const into = line('F7', `run --deliver ${times} times on one day`, { tries: times });
  await inTown(5, async ({ server, plan }) => {
    const house = build(plan, { port: server.port });
    for (let n = 0; n < times; n += 2) await Promise.all([run(house, DELIVER), run(house, DELIVER)]);
    settle(into, house, server, 5);
    demolish(house);
  });
  return into;
}

/** F36: another program holds the database; the sender waits, and what happened is written down. */
export async function locked(rounds: number, milliseconds: number): Promise<Line> {
  const into = line('F36', `another program holds the database for ${milliseconds / 1000} s`, { tries: 0 });
  const size = 30;
  await inTown(size, async ({ server, plan }) => {
    for (let n = 0; n < rounds; n++) {
      await server.reset();
      await server.set([{ at: 'dot', delay: 20 }]);
      const house = build(plan, { port: server.port });
      const process = start(house, DELIVER);
      await until(() => server.accepted().length >= 3);
      const other = new Database(house.file, { timeout: 5000 });
      other.exec('BEGIN IMMEDIATE');
      await sleep(milliseconds);
      other.exec('COMMIT');
      other.close();
      const { code, stderr } = await process.ended;
      if (code !== 0) into.notes.push(`it ended with ${code}: ${stderr}`);
      await run(house, DELIVER);
      settle(into, house, server, size);
      into.tries += 1;
      demolish(house);
    }
  });
  return into;
}

const isRoot = process.getuid?.() === 0;

/** F37: no room on the disk, before a claim and after a dot. */
export async function fullDisk(rounds: number): Promise<Line> {
  const what = 'the disk is full in the middle, then has room again';
  const folder = temporary();
  const mounted = isRoot && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=160m', 'tmpfs', folder]).status === 0;
  if (!mounted) return elsewhere('F37', what, 'not here: no right to mount');
  const into = line('F37', what, { tries: 0 });
  const size = 40;
  try {
    await inTown(size, async ({ server, plan }) => {
      for (let n = 0; n < rounds; n++) {
        await server.reset();
        await server.set([{ at: 'dot', delay: 10 }]);
        const house = build(plan, { port: server.port }, folder);
        const process = start(house, DELIVER);
        await until(() => server.accepted().length >= 3 + n);
        const filler = path.join(folder, 'filler');
        fill(filler, folder, n);
        const { code } = await process.ended;
        if (code === 0) into.notes.push('it ended as if nothing had been');
        rmSync(filler);
        await server.set([]);
        for (let k = 0; k < 2; k++) await run(house, DELIVER);
        settle(into, house, server, size);
        into.tries += 1;
        demolish(house);
      }
    });
  } finally {
    execFileSync('umount', ['-l', folder]);
    discard(folder);
  }
  return into;
}

function fill(file: string, folder: string, leave: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const bytes = Math.max(0, bavail - leave) * bsize;
  try {
    writeFileSync(file, Buffer.alloc(bytes));
  } catch {
    // Somebody else took the last of it: full is full.
  }
}

/** F38: the disk refuses to sync, or to write: sending ends, and nothing is tried a second time in that process. */
export async function ioErrors(rounds: number, seed: number): Promise<Line> {
  const what = 'EIO at a sync or a write (strace)';
  if (!hasStrace) return elsewhere('F38', what, 'not here: strace is missing');
  const into = line('F38', what, { tries: 0 });
  const chance = dice(seed);
  const size = 20;
  await inTown(size, async ({ server, plan }) => {
    for (let n = 0; n < rounds; n++) {
      await server.reset();
      const house = build(plan, { port: server.port });
      const call = chance.pick(['fsync', 'pwrite64']);
      const under = strace(`${call}:error=EIO:when=${1 + chance.below(call === 'pwrite64' ? 80 : 30)}`);
      const { code, signal, stderr } = await run(house, DELIVER, { under });
      if (signal !== null) into.notes.push(`it ended by ${signal}: ${stderr}`);
      if (code === 0 && rows(house).some(({ state }) => state !== 'sent'))
        into.notes.push('it ended as if all were well');
      for (let k = 0; k < 2; k++) await run(house, DELIVER);
      settle(into, house, server, size);
      into.tries += 1;
      demolish(house);
    }
  });
  return into;
}

/** F38: the same under `serve`, whose next tick would try again: it ends, and the next process does the rest. */
export async function ioErrorsServing(rounds: number, seed: number): Promise<Line> {
  const what = 'EIO at a sync while it serves (strace)';
  if (!hasStrace) return elsewhere('F38', what, 'not here: strace is missing');
  const into = line('F38', what, { tries: 0 });
  const chance = dice(seed);
  const size = 12;
  await inTown(
    size,
    async ({ server, plan }) => {
      for (let n = 0; n < rounds; n++) {
        await server.reset();
        const house = build(plan, { port: server.port });
        const under = strace(`fsync:error=EIO:when=${6 + chance.below(10)}+`);
        const { code, stderr } = await run(house, ['serve'], { under });
        if (code !== 1) into.notes.push(`serve ended with ${code}: ${stderr}`);
        await run(house, ['run', '--day', dayAtNoon(), '--deliver']);
        settle(into, house, server, size);
        into.tries += 1;
        demolish(house);
      }
    },
    firmOfToday(size),
  );
  return into;
}

/** F40: too few files, or too little memory: whatever it manages, nothing is lost or doubled. */
export async function starved(): Promise<Line> {
  const what = 'few open files, little memory (prlimit)';
  if (spawnSync('prlimit', ['--version']).status !== 0) return elsewhere('F40', what, 'not here: prlimit is missing');
  const into = line('F40', what, { tries: 0 });
  const size = 20;
  const limits = [
    ...[18, 20, 22, 24, 26, 30].map((n) => `--nofile=${n}`),
    ...[1, 2, 3].map((n) => `--data=${n * 60_000_000}`),
  ];
  await inTown(size, async ({ server, plan }) => {
    for (const limit of limits) {
      await server.reset();
      const house = build(plan, { port: server.port });
      await run(house, DELIVER, { under: ['prlimit', limit] });
      for (let k = 0; k < 2; k++) await run(house, DELIVER);
      settle(into, house, server, size);
      into.tries += 1;
      demolish(house);
    }
  });
  return into;
}

/** F45: far too many at once wait for a person; released, they leave paced, and each once. */
export async function tooMany(size: number): Promise<Line> {
  const into = line('F45', `${size} due at once`, { tries: size });
  const archive = firmOf(debtors(size));
  const cautious = { ...archive, settings: { ...archive.settings, brakes: { maxMessages: 100, maxTimesMedian: 3 } } };
  await inTown(
    size,
    async ({ server, plan }) => {
      const house = build(plan, { port: server.port, perHour: 50 });
      const { stdout } = await run(house, DELIVER);
      const { run: said } = JSON.parse(stdout) as { run: { held: string | null; queued: number } };
      if (said.held !== 'too_many' || said.queued !== size)
        into.notes.push(`held: ${said.held}, queued: ${said.queued}`);
      if (server.accepted().length) into.notes.push('something left before a person said so');
      write(house.file, (db) => db.exec(`UPDATE reminders SET needs_approval = 0`));
      await run(house, DELIVER);
      if (server.accepted().length !== 50) into.notes.push(`${server.accepted().length} left in an hour of 50`);
      settle(into, house, server, 50);
      demolish(house);
    },
    cautious,
  );
  return into;
}
