import type { Day } from '../domain/calendar.ts';
import { countNextRun, type RunCount } from '../services/countNextRun.ts';
import type { Db } from '../store/database.ts';
import { changeMark } from '../store/todos.ts';
import type { Visit, Web } from './visit.ts';

interface Remembered extends RunCount {
  day: Day;
  /** The state of the database that the answer belongs to. */
  mark: string;
}

/** While things change the ledger is decided once a minute at the most, in milliseconds. */
const EVERY = 60_000;

const known = new WeakMap<Db, Remembered>();
/** What was asked last, and when. */
const asked = new WeakMap<Db, { day: Day; at: number }>();

/**
 * What the run of a day would send, as far as this process knows: null before it has found out. No page waits for it: when
 * the database has changed since, the ledger is decided again after the page was answered, for the next one.
 */
export async function nextRunCount({ db, clock }: Web, { response }: Visit, day: Day): Promise<RunCount | null> {
  const mark = await changeMark(db);
  const last = known.get(db);
  const fresh = last?.day === day && last.mark === mark;
  const before = asked.get(db);
  const lately = before?.day === day && Math.abs(clock() - before.at) < EVERY;
  if (!fresh && !lately) {
    asked.set(db, { day, at: clock() });
    response.once('finish', () => void find(db, day, mark));
  }
  return last?.day === day ? last : null;
}

async function find(db: Db, day: Day, mark: string): Promise<void> {
  try {
    const count = await countNextRun(db, day);
    if (count) known.set(db, { day, mark, ...count });
  } catch {
    // The strip does without the count; whatever it is will show where it matters.
  }
}
