import { clocks } from './clocks.ts';
import { controls } from './controls.ts';
import { brokenTemplates, edited, importedAgain, interleavingLine, poison } from './facts.ts';
import { atCall, atPoint, byServer, hasStrace, lineOf, sweepDelivery, sweepPlanning } from './kill.ts';
import { sweepMigrations } from './longerKills.ts';
import { powerCuts } from './power.ts';
import { locked, several, suspended, terminated } from './processes.ts';
import { smtpModes } from './smtp.ts';
import { judged, type Line } from './table.ts';

// A cut of `npm run test:faults`: a few rounds of each driver, so that a change that breaks a promise is seen at once.

jest.setTimeout(600_000);

/** What of some lines is broken, in words. */
const broken = (lines: readonly Line[]): string[] =>
  lines
    .map(judged)
    .filter(({ verdict }) => verdict === 'BROKEN' || verdict === 'NOT SEEN')
    .map(({ fault, what, verdict, lost, doubled, notes }) =>
      [fault, what, verdict, `${lost} lost`, `${doubled} doubled`, ...notes].join('\n'),
    );

const none: string[] = [];

describe('nothing is lost and nothing doubled', () => {
  test('when it is killed at any step of the delivery (F1)', async () => {
    const sweeps = await Promise.all([sweepDelivery(atPoint, 4, 1, 8), sweepDelivery(byServer, 4, 2, 6)]);
    const lines = sweeps.map((sweep) => lineOf('F1', 'kill -9', sweep));
    expect(lines.map(({ tries }) => tries)).toEqual([4, 4]);
    expect(broken(lines)).toEqual(none);
  });

  (hasStrace ? test : test.skip)('when it is killed in a system call (F1, needs strace)', async () => {
    expect(broken([lineOf('F1', 'kill -9 in a call', await sweepDelivery(atCall, 3, 3, 6))])).toEqual(none);
  });

  test('when it is killed while planning and while migrating (F3, F41)', async () => {
    const [plan, migration] = await Promise.all([sweepPlanning(100, 2, 4), sweepMigrations(2, 5)]);
    expect(broken([lineOf('F3', 'planning', plan), lineOf('F41', 'migrations', migration)])).toEqual(none);
  });

  (hasStrace ? test : test.skip)(
    'when the power is cut, which the same without syncing shows (F2, needs strace)',
    async () => {
      expect(broken(await powerCuts(4, 8))).toEqual(none);
    },
  );

  test('when it is stopped, suspended, locked out, or not alone (F4–F6, F36)', async () => {
    const [stopped, others] = await Promise.all([
      terminated(1, 'run').then(async (line) => [line, await suspended(1)]),
      several(2, 2).then(async (line) => [line, await locked(1, 1500)]),
    ]);
    expect(broken([...stopped, ...others])).toEqual(none);
  });

  test('when the mail server misbehaves (F17–F27)', async () => {
    expect(broken(await smtpModes({ short: true }))).toEqual(none);
  });

  test('when the clock does (F8–F18, F46)', async () => {
    expect(broken(await clocks({ short: true }))).toEqual(none);
  });

  test('when facts change before the claim, or records are poisoned (F28–F35)', async () => {
    const lines = [await poison(20), await brokenTemplates(), await edited(), await importedAgain()];
    expect(broken([...lines, await interleavingLine(11, 200)])).toEqual(none);
  });
});

test('the suite sees it when a guard is missing', async () => {
  expect(broken(await controls({ short: true }))).toEqual(none);
});
