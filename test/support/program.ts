import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';

const root = path.join(import.meta.dirname, '..', '..');

/** A way to start the product: the file that runs, and what comes before its own arguments. */
export interface Program {
  file: string;
  before: readonly string[];
}

export const SOURCES: Program = { file: process.execPath, before: [path.join(root, 'src', 'main.ts')] };

/** The single binary at a path. */
export const binaryAt = (file: string): Program => ({ file, before: [] });

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Where a program works: its folder, and the whole of its environment. */
export interface Place {
  cwd: string;
  env: Record<string, string>;
}

const start = ({ file, before }: Program, args: readonly string[], { cwd, env }: Place): ChildProcess =>
  spawn(file, [...before, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });

/** Runs one command line to its end. */
export async function runProgram(program: Program, args: readonly string[], place: Place): Promise<Ended> {
  const child = start(program, args, place);
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve));
  const [stdout, stderr] = await Promise.all(
    [child.stdout, child.stderr].map((stream) => (stream ? text(stream) : '')),
  );
  return { code: await ended, stdout: stdout ?? '', stderr: stderr ?? '' };
}

/** `serve`, listening. */
export interface Served {
  base: string;
  /** The one-time token of the first visit; empty once there is an owner. */
  token: string;
  pid: number;
  /** Asks it to stop and waits until it has. */
  stop(): Promise<Ended>;
}

/** Starts `serve` on a free port and waits until it says where it is. */
export async function serveProgram(program: Program, place: Place): Promise<Served> {
  const child = start(program, ['serve'], { ...place, env: { ...place.env, DUNWELL_PORT: '0' } });
  const said = { stdout: '', stderr: '' };
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve));
  child.stderr?.setEncoding('utf8').on('data', (part: string) => void (said.stderr += part));
  await new Promise<void>((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      said.stdout += part;
      if (COMPLETE.test(said.stdout)) resolve();
    });
    void ended.then((code) => reject(new Error(`it ended with ${code}: ${said.stderr}`)), reject);
  });
  return {
    base: /http:\/\/localhost:\d+/.exec(said.stdout)?.[0] ?? '',
    token: /[?&]token=([\w-]+)/.exec(said.stdout)?.[1] ?? '',
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM');
      return { code: await ended, ...said };
    },
  };
}

/** The line that says where it is; the one about the first visit is written in the same breath. */
const COMPLETE = /Dunwell is at http.*\n/;
