import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Delivery } from '../services/deliverOutbox.ts';
import type { RunResult } from '../services/runDay.ts';

/** What keeps everything from being sent at this moment. */
export type Obstacle = 'clock' | 'held' | 'disk';

const OBSTACLES: Record<Obstacle, readonly [event: string, words: string]> = {
  clock: ['clock_doubted', 'The clock moved: nothing is sent until a person says that the date is right.'],
  held: ['sending_held', 'This database was restored or copied: nothing is sent until an owner has decided at /held.'],
  disk: ['disk_almost_full', 'The disk is almost full: nothing is sent until there is room.'],
};

/** How long the same failure is not said again, in milliseconds: a look every five seconds would fill a disk with it. */
const QUIET = 15 * 60_000;

/** What a job has said, so that it says it when it comes, and not at every look. */
export interface Saying {
  /** Says what stands in the way, or that nothing does any longer. */
  obstacle(obstacle: Obstacle | null): void;
  /** Says a failure, and one of the same kind again only after a quarter of an hour. */
  failure(event: string, words: string, thrown: unknown): void;
}

/** What one job says, to its log. */
export function sayingOf(log: Log, clock: Clock): Saying {
  let standing: Obstacle | null = null;
  const said = new Map<string, { kind: string; at: number }>();
  return {
    obstacle(obstacle) {
      if (obstacle !== standing && obstacle) log.warn(...OBSTACLES[obstacle]);
      if (obstacle !== standing && !obstacle) log.info('sending_resumed', 'Nothing stands in the way of sending.');
      standing = obstacle;
    },
    failure(event, words, thrown) {
      const now = clock();
      const kind = kindOf(thrown);
      const last = said.get(event);
      // A clock that was set back must not silence it either.
      if (last?.kind === kind && now >= last.at && now - last.at < QUIET) return;
      said.set(event, { kind, at: now });
      log.error(event, words, {}, thrown);
    },
  };
}

function kindOf(thrown: unknown): string {
  const { name, code } = (thrown ?? {}) as { name?: unknown; code?: unknown };
  return `${String(name)} ${String(code)}`;
}

/** Says how a run went: how many, and of which kind its problems were; what they were about is in the run on screen. */
export function sayRun(log: Log, { day, state, queued, held, problems }: RunResult, lateBy: number): void {
  const codes: Record<string, number> = {};
  for (const { code } of problems) codes[code] = (codes[code] ?? 0) + 1;
  log[problems.length > 0 || held ? 'warn' : 'info']('run_done', 'The run of the day is decided.', {
    day,
    state,
    queued,
    held,
    late_by_minutes: lateBy,
    problems: problems.length,
    problem_codes: problems.length > 0 ? codes : undefined,
  });
}

/** Says how a delivery went, where there was one. `by` is the way out: smtp or letterbox. */
export function sayDelivery(log: Log, { stopped, ...counts }: Delivery, by: string): void {
  if (stopped !== null)
    log.warn('delivery_stopped', 'The mail server cannot be used now; the messages wait.', { reply: stopped });
  if (Object.values(counts).every((count) => count === 0)) return;
  const level = counts.failed + counts.uncertain > 0 ? 'warn' : 'info';
  log[level]('delivery_done', 'Messages had their turn.', { by, ...counts });
}
