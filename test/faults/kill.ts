// F1, F3: kill -9 at every step, on and on: a process is killed, the next one recovers and is killed in its turn, until the
// last is left alone. After each kill at most one more message may be uncertain; at the end nothing is lost or doubled.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { KillPoint } from '../../src/faultPoints.ts';
import {
  blueprint,
  build,
  compare,
  debtors,
  DELIVER,
  demolish,
  dice,
  discard,
  firmOf,
  type House,
  rows,
  run,
  start,
  temporary,
} from './house.ts';
import type { Position } from './rules.ts';
import { type FaultServer, startFaultServer } from './server.ts';
import { type Line, line } from './table.ts';

type Dice = ReturnType<typeof dice>;

/** One way to kill a delivery; resolves when the process has ended, killed or not. */
export type Assassin = (house: House, server: FaultServer, chance: Dice) => Promise<boolean>;

const POINTS: readonly KillPoint[] = [
  'picked',
  'rechecked',
  'claimed',
  'connected',
  'body',
  'handing',
  'handover',
  'replied',
  'settling',
  'settled',
];

/** Dies by its own hand, at a step of the delivery. */
export const atPoint: Assassin = async (house, _, chance) => {
  const point = `${chance.pick(POINTS)}:${1 + chance.below(3)}`;
  return (await run(house, DELIVER, { env: { DUNWELL_KILL_AT: point } })).signal === 'SIGKILL';
};

const MOMENTS: readonly { at: Position; accept?: boolean }[] = [
  { at: 'greeting' },
  { at: 'ehlo' },
  { at: 'mail' },
  { at: 'rcpt' },
  { at: 'data' },
  { at: 'body' },
  { at: 'dot', accept: false },
  { at: 'dot', accept: true },
];

/** Is killed by the mail server, in the middle of a conversation: also between the dot and the answer. */
export const byServer: Assassin = async (house, server, chance) => {
  const rule = { ...chance.pick(MOMENTS), end: 'kill' as const, times: 1, after: chance.below(3) };
  const process = start(house, DELIVER);
  await server.set([{ ...rule, ...(rule.at === 'greeting' || rule.at === 'ehlo' ? { after: 0 } : {}) }], {
    pid: process.child.pid ?? 0,
  });
  const { signal } = await process.ended;
  await server.set([]);
  return signal === 'SIGKILL';
};

/** Is killed at any moment, from the first line of the program on. */
export const atRandom: Assassin = async (house, _, chance) => {
  const process = start(house, DELIVER);
  const timer = setTimeout(() => process.child.kill('SIGKILL'), chance.below(1500));
  const { signal } = await process.ended;
  clearTimeout(timer);
  return signal === 'SIGKILL';
};

/** Whether strace is there, and may watch other processes: not every container lets it. */
export const hasStrace = spawnSync('strace', ['-qq', '-e', 'trace=none', 'true'], { stdio: 'ignore' }).status === 0;

/** Is killed inside a system call: the n-th write, or the n-th sync, of its life. */
export const atCall: Assassin = async (house, _, chance) => {
  const call = chance.pick(['pwrite64', 'fsync'] as const);
  const most = { pwrite64: 80, fsync: 20 }[call];
  const under = strace(`${call}:signal=KILL:when=${1 + chance.below(most)}`);
  return (await run(house, DELIVER, { under })).signal === 'SIGKILL';
};

/** The words that let strace inject something into a process and all that it starts. */
export const strace = (inject: string): string[] => {
  const call = inject.split(':')[0] ?? '';
  return ['strace', '-f', '-qqq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${inject}`];
};

export interface Sweep {
  kills: number;
  lost: number;
  doubled: number;
  uncertain: number;
  notes: string[];
}

export const nothing = (): Sweep => ({ kills: 0, lost: 0, doubled: 0, uncertain: 0, notes: [] });

/** Kills delivery after delivery until there were so many, each chain over a house of its own. */
export async function sweepDelivery(assassin: Assassin, kills: number, seed: number, size = 60): Promise<Sweep> {
  const chance = dice(seed);
  const folder = temporary();
  const server = await startFaultServer(folder);
  const plan = await blueprint(path.join(folder, 'plan.db'), firmOf(debtors(size)));
  const total = nothing();
  try {
    while (total.kills < kills) {
      await server.reset();
      const house = build(plan, { port: server.port });
      const here = await chain(house, server, assassin, chance, kills - total.kills);
      const count = compare(house, server.accepted(), size);
      total.kills += here;
      total.lost += count.lost;
      total.doubled += count.doubled;
      total.uncertain += count.uncertain;
      total.notes.push(...count.problems);
      if (count.uncertain > here) total.notes.push(`${count.uncertain} uncertain after ${here} kills (seed ${seed})`);
      demolish(house);
    }
  } finally {
    await server.stop();
    discard(folder);
  }
  return total;
}

async function chain(
  house: House,
  server: FaultServer,
  assassin: Assassin,
  chance: Dice,
  most: number,
): Promise<number> {
  let kills = 0;
  // One that lives on and on leaves nothing to kill: what still waits then is for the comparison to find.
  let lived = 0;
  for (let lives = 0; kills < most && lived < 6 && lives < 400; lives++) {
    const before = uncertainIn(house);
    const killed = await assassin(house, server, chance);
    if (killed) kills += 1;
    lived = killed ? 0 : lived + 1;
    const after = uncertainIn(house);
    // What was left in the hand-over counts as well: the next process will call it uncertain.
    if (after > before + 1) throw new Error(`one kill left ${after - before} messages uncertain`);
    if (isOver(house)) break;
  }
  for (let n = 0; n < 2 && !isOver(house); n++) await run(house, DELIVER);
  // Once more when all is over: nothing may leave again.
  await run(house, DELIVER);
  return kills;
}

const uncertainIn = (house: House): number =>
  rows(house).filter(({ state }) => state === 'uncertain' || state === 'handover').length;

const isOver = (house: House): boolean => {
  const all = rows(house);
  return all.length > 0 && all.every(({ state }) => !['queued', 'sending', 'handover'].includes(state));
};

/** Kills the planning of many invoices at once: the plan is whole or absent, and planning again adds nothing. */
export async function sweepPlanning(size: number, kills: number, seed: number): Promise<Sweep> {
  const chance = dice(seed);
  const folder = temporary();
  const plan = await blueprint(path.join(folder, 'plan.db'), firmOf(debtors(size)));
  const total = nothing();
  const decide = ['run', '--day', DELIVER[2] as string];
  const usual = build(plan, { host: '' });
  const begun = performance.now();
  await run(usual, decide);
  const takes = performance.now() - begun;
  demolish(usual);
  let house = build(plan, { host: '' });
  while (total.kills < kills) {
    const traced = hasStrace && chance.below(2) === 0;
    const process = start(house, decide, traced ? { under: strace(planningCall(chance, size)) } : {});
    const timer = traced
      ? undefined
      : setTimeout(() => process.child.kill('SIGKILL'), takes * (0.3 + chance.below(80) / 100));
    const { signal } = await process.ended;
    clearTimeout(timer);
    if (signal === 'SIGKILL') total.kills += 1;
    const written = rows(house).length;
    if (written !== 0 && written !== size) total.notes.push(`${written} of ${size} reminders were planned`);
    if (written === 0 && total.kills < kills) continue;
    await run(house, decide);
    const count = compare(house, [], 0);
    total.notes.push(...count.problems);
    if (rows(house).length !== size) total.lost += Math.abs(size - rows(house).length);
    demolish(house);
    house = build(plan, { host: '' });
  }
  demolish(house);
  discard(folder);
  return total;
}

const planningCall = (chance: Dice, size: number): string =>
  chance.below(4) === 0
    ? `fsync:signal=KILL:when=${1 + chance.below(6)}`
    : `pwrite64:signal=KILL:when=${1 + chance.below(40 + Math.floor(size / 2))}`;

/** Several sweeps side by side, one a core, added up. */
export async function together(sweeps: readonly (() => Promise<Sweep>)[], atOnce = 2): Promise<Sweep> {
  const total = nothing();
  const queue = [...sweeps];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const one = await next();
      total.kills += one.kills;
      total.lost += one.lost;
      total.doubled += one.doubled;
      total.uncertain += one.uncertain;
      total.notes.push(...one.notes);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return total;
}

export const lineOf = (fault: string, what: string, { kills, ...rest }: Sweep): Line =>
  line(fault, what, { tries: kills, ...rest });
