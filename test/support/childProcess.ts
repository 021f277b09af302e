import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import type { Readable } from 'node:stream';

/** How a process ended, and what it took. */
export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
  seconds: number;
  peakMegabytes: number;
}

const root = path.join(import.meta.dirname, '..', '..');
const preload = pathToFileURL(path.join(import.meta.dirname, 'peakMemory.ts')).href;

/** Runs Node with the arguments in a process of its own, and measures it. */
export async function runNode(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  const begun = performance.now();
  const child = spawn(process.execPath, ['--import', preload, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<Pick<Finished, 'code' | 'seconds'>>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve({ code, seconds: (performance.now() - begun) / 1000 }));
  });
  const [, stdout, stderr, peak] = await Promise.all(
    child.stdio.map((stream) => (stream ? text(stream as Readable) : '')),
  );
  return { ...(await ended), stdout: stdout ?? '', stderr: stderr ?? '', peakMegabytes: Number(peak) / 1024 };
}

/** Runs a command line of the product, as a person would, on the data in a folder. */
export const runDunwell = (dataDir: string, args: readonly string[]): Promise<Finished> =>
  runNode([path.join(root, 'src', 'main.ts'), ...args], { DUNWELL_DATA_DIR: dataDir, DUNWELL_TIME_TRAVEL: '1' });
