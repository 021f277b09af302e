/** Where a message can be on its way out when the process dies; `test:faults` kills it at each of them. */
export type KillPoint =
  | 'picked'
  | 'rechecked'
  | 'claimed'
  | 'connected'
  | 'body'
  | 'handing'
  | 'handover'
  | 'replied'
  | 'settling'
  | 'settled';

const { DUNWELL_KILL_AT = '', DUNWELL_SMTP_LIMIT_MS = '' } = process.env;
const [chosen, nth = '1'] = DUNWELL_KILL_AT.split(':');
let left = Number(nth);

/**
 * Kills this process at the n-th arrival at the point that `DUNWELL_KILL_AT=point:n` names (docs/faults.md). Does nothing
 * without that variable, which is read once at start: no request and no setting reaches it.
 */
export function killPoint(point: KillPoint): void {
  if (point !== chosen) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
}

/** A time limit in milliseconds, cut to `DUNWELL_SMTP_LIMIT_MS` where the fault suite cannot wait for minutes. */
export const timeLimit = (ms: number): number => Math.min(ms, Number(DUNWELL_SMTP_LIMIT_MS) || ms);
