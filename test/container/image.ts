import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { contextFiles } from './buildContext.ts';
import { type Home, IMAGE_PATH, startStep } from './chroot.ts';
import { debianIn, nodeImageIn } from './debian.ts';
import type { Stage, Step } from './dockerfile.ts';

const project = path.join(import.meta.dirname, '..', '..');

/** The images that our Dockerfile begins with, and how they are made here. */
const BASES: Record<string, (folder: string) => void> = {
  'node:24-bookworm-slim': nodeImageIn,
  'debian:bookworm-slim': debianIn,
};

/** A stage that was carried out: its folder is the root of what came out. */
export interface Image {
  root: string;
  stage: Stage;
  /** The environment and folder that its program starts with, and its user. */
  home: Home;
}

/** Carries out every stage below a folder and gives the last one. Throws at the first step that fails. */
export async function buildImage(
  stages: readonly Stage[],
  below: string,
  tell: (line: string) => void,
): Promise<Image> {
  const done: Image[] = [];
  for (const stage of stages) {
    const root = path.join(below, `stage-${done.length}`);
    const make = BASES[stage.base];
    if (!make) throw new Error(`nobody knows how to make ${stage.base} here`);
    tell(`FROM ${stage.base}`);
    make(root);
    const home: Home = { root, user: '0:0', folder: '/', env: { PATH: IMAGE_PATH, HOME: '/root' } };
    for (const step of stage.steps) await carryOut(step, home, done, tell);
    for (const name of stage.volumes) makeVolume(root, name);
    const { HOME: _, ...env } = home.env;
    done.push({ root, stage, home: { ...home, env, user: stage.user ?? '0:0' } });
  }
  const last = done.at(-1);
  if (!last) throw new Error('no stage');
  return last;
}

async function carryOut(step: Step, home: Home, done: readonly Image[], tell: (line: string) => void): Promise<void> {
  if (step.kind === 'env') return void Object.assign(home.env, step.values);
  if (step.kind === 'workdir') {
    home.folder = step.folder;
    return void mkdirSync(path.join(home.root, step.folder), { recursive: true });
  }
  if (step.kind === 'copy') return copy(step, home, done);
  tell(`RUN ${step.script}`);
  const child = startStep(home, ['/bin/sh', '-c', step.script], ['ignore', 2, 2]);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`RUN ended with ${code}: ${step.script}`);
}

/** COPY: what is named, or what is in a folder that is named; a target that ends with / is a folder. */
function copy(step: Step & { kind: 'copy' }, { root, folder }: Home, done: readonly Image[]): void {
  const target = path.join(root, path.resolve(folder, step.target));
  const from = step.from === null ? null : done.find(({ stage }) => stage.name === step.from);
  for (const source of step.sources) {
    const files = from ? [] : contextFiles().filter((file) => source === '.' || file === source);
    const foreign = from ? path.join(from.root, source) : '';
    if (from ? !existsSync(foreign) : files.length === 0) throw new Error(`COPY ${source}: there is no such file`);
    if (from) copyOne(foreign, step.target.endsWith('/') ? path.join(target, path.basename(source)) : target);
    const intoFolder = source === '.' || step.target.endsWith('/');
    for (const file of files) copyOne(path.join(project, file), intoFolder ? path.join(target, file) : target);
  }
}

function copyOne(file: string, target: string): void {
  if (!statSync(file).isFile()) throw new Error(`COPY ${file}: only files are copied from another stage here`);
  mkdirSync(path.dirname(target), { recursive: true });
  cpSync(file, target, { preserveTimestamps: true });
}

/** An engine fills a new volume with what the image has there, owners included. */
function makeVolume(root: string, name: string): void {
  const volume = path.join(`${root}.volume`, name);
  rmSync(volume, { recursive: true, force: true });
  mkdirSync(path.dirname(volume), { recursive: true });
  execFileSync('cp', ['-a', path.join(root, name), volume]);
}
