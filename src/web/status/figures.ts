import { isAlive } from '../../services/health.ts';
import type { Measure } from '../../services/measure.ts';

/** One figure; several values are told apart by a label. Null leaves it out. */
export interface Figure {
  name: string;
  help: string;
  label?: string;
  value: (measure: Measure) => number | null | Record<string, number>;
}

const seconds = (ms: number): number => ms / 1000;
const flag = (is: boolean): number => (is ? 1 : 0);
/** An alarm on the age of what never happened should ring, and the year 1970 is long ago. */
const instantOrNever = (ms: number | null): number => seconds(ms ?? 0);

/** What goes up and down. */
export const GAUGES: readonly Figure[] = [
  {
    name: 'dunwell_build_info',
    help: 'The version that serves; always 1.',
    label: 'version',
    value: ({ version }) => ({ [version]: 1 }),
  },
  {
    name: 'dunwell_daily_job_timestamp_seconds',
    help: 'When the daily job last looked at the clock and nothing went wrong; 0 before the first look.',
    value: ({ pulse }) => pulse && instantOrNever(pulse.lookedAt),
  },
  {
    name: 'dunwell_daily_job_alive',
    help: '1 while the daily job goes on, also with a delivery of hours.',
    value: ({ at, pulse }) => pulse && flag(isAlive(pulse, at)),
  },
  {
    name: 'dunwell_last_run_timestamp_seconds',
    help: 'When the last run began; 0 when there was none.',
    value: ({ lastRun }) => instantOrNever(lastRun?.at ?? null),
  },
  {
    name: 'dunwell_last_run_queued',
    help: 'Reminders that the last run prepared.',
    value: ({ lastRun }) => lastRun && lastRun.queued,
  },
  {
    name: 'dunwell_last_run_problems',
    help: 'What the last run could not prepare or write down.',
    value: ({ lastRun }) => lastRun && lastRun.problems,
  },
  {
    name: 'dunwell_next_run_timestamp_seconds',
    help: 'When the next run begins; absent while automatic sending is off.',
    value: ({ nextRun }) => nextRun && seconds(nextRun),
  },
  {
    name: 'dunwell_sending_mode',
    help: '1 for the mode of automatic sending that is chosen, 0 for the others.',
    label: 'mode',
    value: ({ mode }) => ({
      off: flag(mode === 'off'),
      review: flag(mode === 'review'),
      automatic: flag(mode === 'automatic'),
    }),
  },
  {
    name: 'dunwell_obstacle',
    help: '1 while nothing leaves for this reason: a restored or copied database, a clock in doubt, a full disk.',
    label: 'kind',
    value: ({ held, clockInDoubt, storage }) => ({
      held: flag(held !== null),
      clock: flag(clockInDoubt),
      disk: flag(storage.full),
    }),
  },
  {
    name: 'dunwell_reminders',
    help: 'Reminders that have not come to an end, by what they wait for.',
    label: 'state',
    value: ({ queue }) => ({ ...queue }),
  },
  {
    name: 'dunwell_oldest_waiting_seconds',
    help: 'How long ago the oldest e-mail was written that waits to leave by itself; 0 when none does.',
    value: ({ at, oldestQueued }) => (oldestQueued === null ? 0 : seconds(at - oldestQueued)),
  },
  {
    name: 'dunwell_todos',
    help: 'What waits for a person.',
    value: ({ todos }) => todos,
  },
  {
    name: 'dunwell_mail_last_sent_timestamp_seconds',
    help: 'When a message last left; 0 when none did.',
    value: ({ mail }) => instantOrNever(mail.lastSentAt),
  },
  {
    name: 'dunwell_mail_failures_last_day',
    help: 'Messages of the last 24 hours that failed, or of which nobody knows whether they arrived.',
    value: ({ mail }) => mail.failures,
  },
  {
    name: 'dunwell_mail_stopped',
    help: '1 while messages wait because the mail server cannot be used.',
    value: ({ mail }) => flag(mail.stopped !== null),
  },
  {
    name: 'dunwell_backup_timestamp_seconds',
    help: 'When the newest nightly backup was made; 0 when there is none.',
    value: ({ storage }) => instantOrNever(storage.backup?.at ?? null),
  },
  {
    name: 'dunwell_backup_size_bytes',
    help: 'Size of the newest nightly backup.',
    value: ({ storage }) => storage.backup && storage.backup.size,
  },
  {
    name: 'dunwell_database_size_bytes',
    help: 'Size of the database file.',
    value: ({ storage }) => storage.database,
  },
  {
    name: 'dunwell_database_log_size_bytes',
    help: 'Size of the write-ahead log beside the database.',
    value: ({ storage }) => storage.log,
  },
  {
    name: 'dunwell_disk_free_bytes',
    help: 'Free room where the data folder lies.',
    value: ({ storage }) => storage.free,
  },
  { name: 'dunwell_invoices', help: 'Invoices, paid ones included.', value: ({ ledger }) => ledger.invoices },
  { name: 'dunwell_invoices_open', help: 'Invoices of which something is open.', value: ({ ledger }) => ledger.open },
  { name: 'dunwell_customers', help: 'Customers.', value: ({ ledger }) => ledger.customers },
];

/** What only grows, as long as it is the same database. */
export const COUNTERS: readonly Figure[] = [
  {
    name: 'dunwell_reminders_settled_total',
    help: 'Reminders that have come to an end, by how; letters and calls included. Read from the database.',
    label: 'end',
    value: ({ total }) => ({ ...total }),
  },
];
