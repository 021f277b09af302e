import path from 'node:path';
import type { Day } from '../domain/calendar.ts';
import { messagesOf } from '../domain/decision.ts';
import { inOwnProcess } from '../ownProcess.ts';
import { type Db, fileOf } from '../store/database.ts';
import { countOpenInvoices } from '../store/runList.ts';
import { planDay } from './runDay.ts';

/** How many messages a run would send, and to how many customers. */
export interface RunCount {
  messages: number;
  customers: number;
}

export interface CountJob {
  file: string;
  day: Day;
}

/** Up to so many open invoices are decided here, in a few hundredths of a second; more would keep pages waiting. */
const FEW = 2_000;

const elsewhere = inOwnProcess<CountJob, RunCount>({
  file: path.join(import.meta.dirname, 'countProcess.ts'),
  timeout: 60_000,
  memoryMegabytes: 1024,
});

/** What the run of a day would send. Large ledgers are decided in a process of their own; null where that did not come to an end. */
export async function countNextRun(db: Db, day: Day): Promise<RunCount | null> {
  const file = await fileOf(db);
  if (file === '' || (await countOpenInvoices(db)) <= FEW) return countRun(db, day);
  const outcome = await elsewhere({ file, day });
  return outcome.ok ? outcome.value : null;
}

/** The same, here and now. */
export async function countRun(db: Db, day: Day): Promise<RunCount> {
  const messages = messagesOf((await planDay(db, day)).decisions);
  return { messages: messages.length, customers: new Set(messages.map(({ customerId }) => customerId)).size };
}
