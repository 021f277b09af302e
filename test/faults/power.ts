// F2: the power is cut. strace writes down everything that the product writes and syncs; from that the disk is built as it
// would be after a cut at any moment, with nothing on it but what was synced. What the server had said 250 to by then, as the
// product read it, must still be on record.
import { createReadStream, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { build, DELIVER, demolish, discard, type House, ROOT, run, temporary, write } from './house.ts';
import { hasStrace } from './kill.ts';
import { inTown } from './processes.ts';
import { elsewhere, type Line, line } from './table.ts';

/** What happened, in the order in which it did. */
type Event =
  | { kind: 'write'; file: string; at: number; bytes: Buffer }
  | { kind: 'cut'; file: string; at: number }
  | { kind: 'sync'; file: string }
  | { kind: 'accepted' };

const CALLS = 'pwrite64,write,ftruncate,fsync,fdatasync,read';

async function recorded(house: House, args: string[], script?: string): Promise<Event[]> {
  const trace = path.join(path.dirname(house.dataDir), 'trace');
  const under = [
    'strace',
    '-f',
    '-y',
    '-xx',
    '-s',
    '70000',
    '-qqq',
    '-e',
    `trace=${CALLS}`,
    '-e',
    'signal=none',
    '-o',
    trace,
  ];
  const ended = await run(house, args, script ? { under, script } : { under });
  if (ended.code !== 0) throw new Error(`it ended with ${ended.code}: ${ended.stderr}`);
  const events: Event[] = [];
  for await (const text of createInterface({ input: createReadStream(trace, 'latin1') })) {
    const event = eventOf(text);
    if (event) events.push(event);
  }
  return events;
}

const unhex = (text: string): Buffer => Buffer.from(text.replaceAll('\\x', ''), 'hex');
const REPLY = [...Buffer.from('250 2.0.0 Ok: queued')]
  .map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`)
  .join('');

/** One line of strace: `123 pwrite64(22</path>, "\x..", 4096, 0) = 4096`. Paths come in hexadecimal, too. */
function eventOf(text: string): Event | null {
  if (/ read\(\d+</.test(text))
    return text.includes(REPLY) && !text.includes('unfinished') ? { kind: 'accepted' } : null;
  const call = /^\d+\s+(\w+)\(\d+<([^>]*)>(?:, "((?:\\x[0-9a-f]{2})*)", \d+, (\d+)|, (\d+))?\)\s+= (-?\d+)/.exec(text);
  if (!call) return null;
  const [, name, name2 = '', bytes, at, size] = call;
  const file = name2.startsWith('\\x') ? unhex(name2).toString() : name2;
  if (!/dunwell\.db(-wal)?$/.test(file)) return null;
  if (name === 'fsync' || name === 'fdatasync') return { kind: 'sync', file };
  if (name === 'ftruncate') return { kind: 'cut', file, at: Number(size) };
  return bytes === undefined ? null : { kind: 'write', file, at: Number(at), bytes: unhex(bytes) };
}

/** A file as the disk holds it, and what was written since without being synced. */
interface Disk {
  held: Buffer;
  pending: Event[];
}

function put(held: Buffer, event: Event): Buffer {
  if (event.kind === 'cut')
    return held.length > event.at
      ? held.subarray(0, event.at)
      : Buffer.concat([held, Buffer.alloc(event.at - held.length)]);
  if (event.kind !== 'write') return held;
  const end = event.at + event.bytes.length;
  const grown = held.length >= end ? Buffer.from(held) : Buffer.concat([held, Buffer.alloc(end - held.length)]);
  event.bytes.copy(grown, event.at);
  return grown;
}

/** Cuts the power after each sync and each acceptance, and counts the messages that are on record nowhere. */
function cuts(
  before: Buffer,
  main: string,
  events: readonly Event[],
  most: number,
): { tries: number; lost: number; broken: number } {
  const disks = new Map<string, Disk>([[main, { held: before, pending: [] }]]);
  const moments = events.filter(({ kind }) => kind === 'sync' || kind === 'accepted').length;
  const every = Math.max(1, Math.floor(moments / most));
  const result = { tries: 0, lost: 0, broken: 0 };
  let accepted = 0;
  let moment = 0;
  for (const event of events) {
    if (event.kind === 'accepted') accepted += 1;
    else {
      const disk = disks.get(event.file) ?? { held: Buffer.alloc(0), pending: [] };
      disks.set(event.file, disk);
      if (event.kind === 'sync') {
        for (const one of disk.pending) disk.held = put(disk.held, one);
        disk.pending = [];
      } else disk.pending.push(event);
    }
    if (event.kind !== 'sync' && event.kind !== 'accepted') continue;
    if (moment++ % every !== 0) continue;
    const { known, sound } = whatIsLeft(main, disks);
    result.tries += 1;
    if (!sound) result.broken += 1;
    if (known < accepted) result.lost += accepted - known;
  }
  return result;
}

/** Opens the database as the disk holds it: how many messages does it know to be handed over, and is it sound? */
function whatIsLeft(main: string, disks: ReadonlyMap<string, Disk>): { known: number; sound: boolean } {
  const folder = temporary();
  mkdirSync(path.join(folder, 'after'));
  const file = path.join(folder, 'after', 'dunwell.db');
  for (const [name, { held }] of disks) writeFileSync(name === main ? file : `${file}-wal`, held);
  const left = write(file, (db) => ({
    known: db
      .prepare(`SELECT count(*) FROM reminders WHERE state IN ('handover', 'sent', 'uncertain')`)
      .pluck()
      .get() as number,
    sound: db.pragma('integrity_check', { simple: true }) === 'ok',
  }));
  discard(folder);
  return left;
}

async function measure(
  size: number,
  most: number,
  variant?: string,
): Promise<{ tries: number; lost: number; broken: number }> {
  return inTown(size, async ({ server, plan }) => {
    const house = build(plan, { port: server.port });
    await run(
      house,
      DELIVER.filter((word) => word !== '--deliver'),
    );
    write(house.file, (db) => db.pragma('wal_checkpoint(TRUNCATE)'));
    const before = path.join(path.dirname(house.dataDir), 'before.db');
    copyFileSync(house.file, before);
    const script = path.join(ROOT, 'test', 'faults', 'worker.ts');
    const events = variant ? await recorded(house, [variant], script) : await recorded(house, DELIVER);
    const result = cuts(readFileSync(before), house.file, events, most);
    demolish(house);
    if (events.filter(({ kind }) => kind === 'accepted').length !== size)
      throw new Error('strace did not hear every 250');
    return result;
  });
}

/** The power cut, and its control: the same with a database that does not sync each commit. */
export async function powerCuts(size: number, most: number): Promise<Line[]> {
  const what = 'power cut: only what was synced is left';
  if (!hasStrace) return [elsewhere('F2', what, 'not here: strace is missing')];
  const { tries, lost, broken } = await measure(size, most);
  const control = await measure(size, most, 'normal-sync');
  const notes = broken ? [`${broken} databases were damaged`] : [];
  return [
    line('F2', what, { tries, lost, notes }),
    line('control', 'the same with synchronous = NORMAL', {
      tries: control.tries,
      lost: null,
      doubled: null,
      uncertain: null,
      verdict: control.lost > 0 ? `seen (${control.lost})` : 'NOT SEEN',
    }),
  ];
}
