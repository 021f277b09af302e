/** What the process says about itself while it serves: written by the daily job, read by the health and metrics pages. */
export interface Pulse {
  /** Milliseconds since 1970 when serving began. */
  startedAt: number;
  /** When the daily job last finished a look at the clock and nothing went wrong; null before the first. */
  lookedAt: number | null;
  /** When the look that is not finished began, or went on to its next message; null between two looks. */
  workingSince: number | null;
}
