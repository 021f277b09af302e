// The main file of the thread that makes a copy; see backupFile.ts.
import { parentPort, workerData } from 'node:worker_threads';
import { Refusal } from '../refusal.ts';
import { type CopyJob, copyNow } from './backupFile.ts';

try {
  copyNow(workerData as CopyJob);
  parentPort?.postMessage(null);
} catch (error) {
  const { code = '', message } = error as Error & { code?: string };
  parentPort?.postMessage({ code: error instanceof Refusal ? 'SQLITE_CORRUPT' : code, message });
}
