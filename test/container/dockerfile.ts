/** One step of a stage, in the order of the file. */
export type Step =
  | { kind: 'workdir'; folder: string }
  | { kind: 'copy'; from: string | null; sources: string[]; target: string }
  | { kind: 'run'; script: string }
  | { kind: 'env'; values: Record<string, string> };

/** One stage: what it begins with, what is done, and what is noted for whoever starts the image. */
export interface Stage {
  base: string;
  /** The name after AS, or null. */
  name: string | null;
  steps: Step[];
  user: string | null;
  volumes: string[];
  ports: number[];
  stopSignal: string | null;
  healthCheck: string[] | null;
  entryPoint: string[] | null;
  command: string[] | null;
}

/**
 * Reads a Dockerfile (https://docs.docker.com/reference/dockerfile/). Knows the instructions that ours uses, in the forms in
 * which it uses them; throws, with the line, at anything else, so that nothing is passed over that an engine would do.
 */
export function parseDockerfile(text: string): Stage[] {
  const stages: Stage[] = [];
  for (const { line, number } of logicalLines(text)) {
    try {
      const [, instruction = '', rest = ''] = /^([A-Z]+)\s+(.+)$/s.exec(line) ?? [];
      if (instruction === 'FROM') stages.push(stageFrom(rest));
      else note(stages, instruction, rest);
    } catch (error) {
      throw new Error(`Dockerfile line ${number}: ${(error as Error).message}: ${line}`, { cause: error });
    }
  }
  if (stages.length === 0) throw new Error('Dockerfile: no FROM');
  return stages;
}

/** The instructions without comments; a line that ends with a backslash goes on in the next. */
function logicalLines(text: string): { line: string; number: number }[] {
  const lines: { line: string; number: number }[] = [];
  let open = '';
  let begun = 0;
  for (const [index, raw] of text.split('\n').entries()) {
    const part = raw.trim();
    if (part === '' || part.startsWith('#')) continue;
    if (open === '') begun = index + 1;
    open += part.endsWith('\\') ? `${part.slice(0, -1).trim()} ` : part;
    if (part.endsWith('\\')) continue;
    lines.push({ line: open, number: begun });
    open = '';
  }
  if (open !== '') throw new Error('Dockerfile: the last line goes on into nothing');
  return lines;
}

function stageFrom(rest: string): Stage {
  const [, base = '', name = null] = /^([\w./:@-]+)(?:\s+AS\s+([a-z][\w-]*))?$/.exec(rest) ?? refuse('not understood');
  const nothing = { user: null, stopSignal: null, healthCheck: null, entryPoint: null, command: null };
  return { base, name, steps: [], volumes: [], ports: [], ...nothing };
}

function note(stages: readonly Stage[], instruction: string, rest: string): void {
  const stage = stages.at(-1) ?? refuse('before the first FROM');
  const known: Record<string, () => unknown> = {
    WORKDIR: () => stage.steps.push({ kind: 'workdir', folder: absolute(rest) }),
    COPY: () => stage.steps.push(copyFrom(rest, stages)),
    RUN: () => stage.steps.push({ kind: 'run', script: plain(rest) }),
    ENV: () => stage.steps.push({ kind: 'env', values: pairs(rest) }),
    USER: () =>
      (stage.user = /^\d+:\d+$/.test(rest) ? rest : refuse('not a number for the user and one for the group')),
    VOLUME: () => stage.volumes.push(absolute(rest)),
    EXPOSE: () => stage.ports.push(/^\d+$/.test(rest) ? Number(rest) : refuse('not a port')),
    STOPSIGNAL: () => (stage.stopSignal = /^SIG[A-Z]+$/.test(rest) ? rest : refuse('not a signal')),
    HEALTHCHECK: () => (stage.healthCheck = checkFrom(rest)),
    ENTRYPOINT: () => (stage.entryPoint = words(rest)),
    CMD: () => (stage.command = words(rest)),
  };
  const take = Object.hasOwn(known, instruction) ? known[instruction] : undefined;
  (take ?? (() => refuse('an instruction that is not known here')))();
}

function copyFrom(rest: string, stages: readonly Stage[]): Step {
  const [, from = null, list = ''] = /^(?:--from=(\S+)\s+)?([^-].*)$/.exec(rest) ?? refuse('not understood');
  if (from !== null && !stages.slice(0, -1).some(({ name }) => name === from)) refuse(`no earlier stage ${from}`);
  const sources = list.split(/\s+/);
  const target = sources.pop() ?? '';
  if (sources.length === 0) refuse('from where?');
  if (sources.length > 1 && !target.endsWith('/')) refuse('several files need a folder, written with a / at its end');
  if (/[*?[\]"$]/.test(list)) refuse('patterns, quotes and variables are not known here');
  return { kind: 'copy', from, sources, target };
}

function checkFrom(rest: string): string[] {
  const [, command = ''] = /^(?:--(?:interval|timeout|start-period|retries)=\w+\s+)*CMD\s+(\[.*)$/.exec(rest) ?? [];
  return words(command);
}

/** The form that starts a program itself: a shell in between would keep the signals to itself. */
function words(rest: string): string[] {
  const found: unknown = rest.startsWith('[') ? JSON.parse(rest) : null;
  if (!Array.isArray(found) || found.length === 0 || !found.every((word) => typeof word === 'string'))
    return refuse('not written as ["program", "argument"]');
  return found;
}

const pairs = (rest: string): Record<string, string> =>
  Object.fromEntries(
    rest.split(/\s+/).map((pair) => /^(\w+)=([^"'$\\]*)$/.exec(pair)?.slice(1) ?? refuse('not NAME=value')),
  );

const absolute = (folder: string): string =>
  /^\/[\w./-]*$/.test(folder) ? folder : refuse('not the path of a folder');

/** The form for a shell; options of the engine (--mount, --network) are not known here. */
const plain = (script: string): string => (/^[[-]/.test(script) ? refuse('not a line for the shell') : script);

function refuse(why: string): never {
  throw new Error(why);
}
