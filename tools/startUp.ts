import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A program that listens: how long until its first page was there, in milliseconds, and what to do with it afterwards. */
export interface Started {
  milliseconds: number;
  base: string;
  /** What it says on the standard output until then. */
  said: string;
  /** Memory in megabytes: held now, and the most so far. Linux only; NaN elsewhere. */
  memory(): { now: number; most: number };
  stop(): Promise<void>;
}

/** Starts a program in the environment given, waits for the address that it prints, and asks for its sign-in page. */
export async function startUp(command: readonly string[], env: Record<string, string>): Promise<Started> {
  const begun = performance.now();
  const [file = '', ...args] = command;
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let said = '';
  const base = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      said += part;
      const [address] = /http:\/\/localhost:\d+/.exec(said) ?? [];
      if (address) resolve(address);
    });
  });
  await ask(`${base}/sign-in`);
  return {
    milliseconds: performance.now() - begun,
    base,
    said,
    memory: () => memoryOf(child.pid ?? 0),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** The same in an empty data folder, which goes afterwards. */
export async function startUpEmpty(command: readonly string[]): Promise<number[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'dunwell-start-'));
  const env = { DUNWELL_DATA_DIR: folder, DUNWELL_PORT: '0' };
  try {
    const times: number[] = [];
    for (let n = 0; n < 3; n++) {
      const started = await startUp(command, env);
      times.push(started.milliseconds);
      await started.stop();
    }
    return times;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const ask = (url: string): Promise<void> =>
  new Promise((resolve, reject) => {
    get(url, (response) => response.resume().once('end', resolve).once('error', reject)).once('error', reject);
  });

function memoryOf(pid: number): { now: number; most: number } {
  if (process.platform !== 'linux') return { now: NaN, most: NaN };
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return { now: megabytes('VmRSS'), most: megabytes('VmHWM') };
}
