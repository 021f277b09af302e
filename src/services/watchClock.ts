import { type Clock, isoOf } from '../clock.ts';
import { type ClockMemory, isImpossible, lookAt } from '../domain/clockMemory.ts';
import type { Timetable } from '../domain/timetable.ts';
import { type Db, patiently } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { readValue, writeValue } from '../store/settings.ts';

const NAME = '_clock';
/** The time last seen is written down so often, in milliseconds: a jump is measured in hours. */
const EVERY = 5 * 60_000;

/** What is remembered about the machine's clock; null before anything ran. */
export const clockMemory = async (db: Db): Promise<ClockMemory | null> =>
  (await readValue(db, NAME)) as ClockMemory | null;

/**
 * Looks at the clock and remembers it; whoever sends asks `doubt` first (RELIABILITY F10, F11). With `trust` what it shows is
 * believed, whatever it showed before.
 */
export async function watchClock(
  db: Db,
  clock: Clock,
  timetable: Timetable,
  { trust = false } = {},
): Promise<ClockMemory> {
  const before = await clockMemory(db);
  const after = lookAt(trust ? null : before, clock(), timetable);
  const moved = moveOf(after) !== moveOf(before);
  const late = Math.abs(Date.parse(after.seenAt ?? '') - Date.parse(before?.seenAt ?? '')) >= EVERY;
  if (!moved && !late && before?.seenAt) return after;
  const move = after.doubt ?? after.back;
  const remember = async (trx: Db): Promise<void> => {
    await writeValue(trx, NAME, after);
    if (moved && move) await addHistory(trx, [{ at: isoOf(clock()), kind: 'clock_moved', data: { ...move } }]);
  };
  await patiently(() => db.transaction(remember));
  return after;
}

const moveOf = (memory: ClockMemory | null): string => JSON.stringify([memory?.doubt ?? null, memory?.back ?? null]);

/** A person says that the date is right: what waited for that goes on. False when no clock can be right that shows this. */
export async function confirmClock(
  db: Db,
  { clock, userId }: { clock: Clock; userId: number | null },
): Promise<boolean> {
  if (isImpossible(clock())) return false;
  const at = isoOf(clock());
  await db.transaction(async (trx) => {
    await writeValue(trx, NAME, { seenAt: at, back: null, doubt: null } satisfies ClockMemory);
    await addHistory(trx, [{ at, kind: 'clock_confirmed', userId }]);
  });
  return true;
}
