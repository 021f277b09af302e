/** What the process says about itself while it serves: written by the daily job, read by the health and metrics pages. */
export interface Pulse {
  /** Milliseconds since 1970 when serving began. */
  startedAt: number;
  /** When the daily job last finished a look at the clock; null before the first. */
  lookedAt: number | null;
}
