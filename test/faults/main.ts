// The fault suite: npm run test:faults [-- SCALE]. Real processes of the product against a mail server that misbehaves, kill -9
// wherever it hurts, clocks, disks and locks; one table at the end, and exit code 1 when a promise was broken. SCALE (1, unless
// said) makes it shorter: 0.1 tries a tenth. DUNWELL_FAULT_SEED repeats a run.
import { clocks } from './clocks.ts';
import { controls } from './controls.ts';
import { brokenTemplates, edited, importedAgain, interleavingLine, poison } from './facts.ts';
import {
  atCall,
  atPoint,
  atRandom,
  byServer,
  hasStrace,
  lineOf,
  type Sweep,
  sweepDelivery,
  sweepPlanning,
  together,
} from './kill.ts';
import { lockedPages, sweepByHand, sweepImport, sweepMigrations, twentyAtOnce } from './longerKills.ts';
import { powerCuts } from './power.ts';
import {
  again,
  fullDisk,
  ioErrors,
  ioErrorsServing,
  locked,
  several,
  starved,
  suspended,
  terminated,
  tooMany,
} from './processes.ts';
import { smtpModes } from './smtp.ts';
import { elsewhere, judged, type Line, line, tableOf } from './table.ts';

process.env.TZ = 'UTC';
const scale = Number(process.argv[2] ?? 1);
const seed = Number(process.env.DUNWELL_FAULT_SEED ?? Date.now() % 100_000);
const begun = performance.now();
const times = (n: number): number => Math.max(1, Math.round(n * scale));
const tell = (text: string): void =>
  void process.stderr.write(`faults: ${((performance.now() - begun) / 1000).toFixed(0).padStart(4)} s  ${text}\n`);

/** A piece of the suite; what it cannot do is a line of the table, too. */
const piece = (name: string, work: () => Promise<Line | Line[]>) => async (): Promise<Line[]> => {
  tell(name);
  try {
    return [await work()].flat();
  } catch (error) {
    return [line('error', name, { verdict: 'BROKEN', notes: [String((error as Error).stack)] })];
  }
};

const sweeps = (kills: number, one: (kills: number, seed: number) => Promise<Sweep>, parts = 4): Promise<Sweep> => {
  const each = Math.ceil(times(kills) / parts);
  return together(
    Array.from({ length: parts }, (_, n) => () => one(each, seed + n)),
    2,
  );
};

const withStrace = (fault: string, what: string, work: () => Promise<Line>): Promise<Line> =>
  hasStrace ? work() : Promise.resolve(elsewhere(fault, what, 'not here: strace is missing'));

const KILLS = [
  piece('kill -9 at each step of the delivery', async () =>
    lineOf(
      'F1',
      'kill -9 at ten steps of the delivery',
      await sweeps(800, (n, from) => sweepDelivery(atPoint, n, from)),
    ),
  ),
  piece('kill -9 by the mail server', async () =>
    lineOf(
      'F1',
      'kill -9 between two lines of SMTP, also after the dot',
      await sweeps(240, (n, from) => sweepDelivery(byServer, n, from)),
    ),
  ),
  piece('kill -9 at random', async () =>
    lineOf(
      'F1',
      'kill -9 at any moment of run --deliver',
      await sweeps(240, (n, from) => sweepDelivery(atRandom, n, from)),
    ),
  ),
  piece('kill -9 in a system call', () =>
    withStrace('F1', 'kill -9 in a write or a sync (strace)', async () =>
      lineOf(
        'F1',
        'kill -9 in a write or a sync (strace)',
        await sweeps(240, (n, from) => sweepDelivery(atCall, n, from)),
      ),
    ),
  ),
  piece('kill -9 while planning', async () => [
    lineOf('F3', 'kill -9 while a run of 300 is planned', await sweeps(120, (n, from) => sweepPlanning(300, n, from))),
    lineOf(
      'F3',
      'kill -9 while a run of 5,000 is planned',
      await sweeps(40, (n, from) => sweepPlanning(5000, n, from), 2),
    ),
  ]),
  piece('kill -9 while importing', async () =>
    lineOf(
      'F1, F34',
      'kill -9 in an import of 2,000, then twice again',
      await sweeps(120, (n, from) => sweepImport(2000, n, from)),
    ),
  ),
  piece('kill -9 while migrating', async () =>
    lineOf('F1, F41', 'kill -9 in a migration, from every earlier version', await sweeps(160, sweepMigrations)),
  ),
  piece('kill -9 while a person sends', async () => {
    const { forms, ...sweep } = await sweepByHand(times(80), seed);
    return lineOf('F1', `kill -9 while ${forms} forms are sent over HTTP`, sweep);
  }),
];

const REST = [
  piece('mail servers that misbehave', () => smtpModes()),
  piece('one form twenty times at once', async () =>
    line('F7', 'one form, 20 POSTs at once', await twentyAtOnce(times(10))),
  ),
  piece('the run again and again', () => again(times(20))),
  piece('SIGTERM', async () => [await terminated(times(3), 'serve'), await terminated(times(5), 'run')]),
  piece('several processes', async () => [await several(times(20), 3), await several(times(20), 2)]),
  piece('a suspended process', () => suspended(times(5))),
  piece('clocks', () => clocks()),
  piece('a locked database', async () => [
    await locked(times(3), 3000),
    await locked(1, 30_000 * Math.min(1, scale)),
    await lockedPages(),
  ]),
  piece('a full disk', () => fullDisk(times(8))),
  piece('I/O errors', async () => [await ioErrors(times(40), seed), await ioErrorsServing(times(4), seed)]),
  piece('power cuts', () => powerCuts(30, times(150))),
  piece('few files, little memory', () => starved()),
  piece('too many at once', () => tooMany(times(10_000))),
  piece('poison', () => poison(200)),
  piece('templates', () => brokenTemplates()),
  piece('changes before the claim', () => edited()),
  piece('imports', () => importedAgain()),
  piece('controls', () => controls()),
];

const INTERLEAVED = piece('random interleavings', async () => {
  const lines: Line[] = [];
  for (let part = 0; part < 4; part++) lines.push(await interleavingLine(seed + part, times(25_000)));
  return lines;
});

/** What is tested elsewhere, or cannot be made to happen here. */
const ELSEWHERE = [
  elsewhere('F33', 'two customers merged while a message waits', 'not in the product: no merge yet'),
  elsewhere('F39', 'a data folder that cannot be written', 'test/stories/restore, cli'),
  elsewhere('F41', 'a newer database, a backup before a migration', 'test/stories/upgrade'),
  elsewhere('F42', 'an older backup restored, a copied database', 'test/stories/restore'),
  elsewhere('F43', 'a backup by copying the file', 'test/stories/backup'),
  elsewhere('F44', 'bounces and replies while sending', 'not in the product: no inbound mail yet'),
];

async function all(): Promise<Line[]> {
  tell(`seed ${seed}, scale ${scale}`);
  const interleaved = INTERLEAVED();
  const lines: Line[] = [];
  for (const next of [...REST, ...KILLS]) lines.push(...(await next()));
  return [...lines, ...(await interleaved), ...ELSEWHERE];
}

const order = ({ fault }: Line): number => (fault.startsWith('F') ? Number.parseInt(fault.slice(1), 10) : 1000);
const lines = (await all()).map(judged).toSorted((a, b) => order(a) - order(b));
const kills = lines.filter(({ what }) => what.startsWith('kill -9')).reduce((sum, { tries }) => sum + tries, 0);
process.stdout.write(`${tableOf(lines)}\n\n${kills} times kill -9 in all; seed ${seed}.\n`);
for (const { fault, notes } of lines) for (const note of new Set(notes)) tell(`${fault}: ${note.slice(0, 600)}`);
const broken = lines.filter(({ verdict }) => verdict === 'BROKEN' || verdict === 'NOT SEEN');
tell(broken.length ? `${broken.length} lines are broken` : 'no promise was broken');
process.exitCode = broken.length ? 1 : 0;
