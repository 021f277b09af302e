import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inOwnProcess } from './ownProcess.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'dunwell-process-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A process that does what a job says: answer, end, hang, or take all the memory there is. */
const file = path.join(folder, 'process.mjs');
const BODY = `
  process.on('message', (job) => {
    if (job === 'end') process.exit(3);
    if (job === 'hang') for (;;);
    if (job === 'grow') for (const all = []; ; ) all.push(new Array(1e5).fill(all.length));
    process.send(job + ' by ' + process.pid);
  });
  process.on('disconnect', () => process.exit());
`;
writeFileSync(file, `${BODY} process.send('ready');`);

const process_ = () => inOwnProcess<string, string>({ file, timeout: 3000, memoryMegabytes: 32 });

test('jobs are done by one other process, one after the other', async () => {
  const ask = process_();
  const answers = await Promise.all(['a', 'b', 'c'].map(ask));
  const pids = answers.map((answer) => (answer.ok ? answer.value.split(' by ')[1] : ''));
  expect(new Set(pids).size).toBe(1);
  expect(pids[0]).not.toBe(String(process.pid));
  expect(answers[1]).toEqual({ ok: true, value: `b by ${pids[0]}` });
});

test.each([
  ['end', /^3$/],
  ['hang', /^3000 ms$/],
  ['grow', /^(SIG\w+|\d+)$/],
])('a job that makes it %s is an answer like any other, and the next one is done', async (job, why) => {
  const ask = process_();
  expect(await ask(job)).toEqual({ ok: false, why: expect.stringMatching(why) });
  expect(await ask('again')).toMatchObject({ ok: true });
});

test('the process of a job that takes too long is ended with it', async () => {
  const ask = process_();
  const before = await ask('a');
  const pid = before.ok ? Number(before.value.split(' by ')[1]) : 0;
  expect(() => process.kill(pid, 0)).not.toThrow();
  await ask('hang');
  // The next one waits until another has started, by which time the signal has long arrived.
  await ask('b');
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

// Windows has no such groups.
(process.platform === 'win32' ? test.skip : test)(
  'what a terminal tells our group of processes, such as Ctrl+C, it is not told',
  async () => {
    const answer = await process_()('a');
    const pid = answer.ok ? Number(answer.value.split(' by ')[1]) : NaN;
    expect(() => process.kill(-pid, 0)).not.toThrow();
  },
);

test('a process that does not start is an answer too', async () => {
  const broken = path.join(folder, 'broken.mjs');
  writeFileSync(broken, 'throw new Error();');
  const ask = inOwnProcess<string, string>({ file: broken, timeout: 1000, memoryMegabytes: 32 });
  expect(await ask('a')).toEqual({ ok: false, why: '1' });
  writeFileSync(broken, `${BODY} process.send('ready');`);
  expect(await ask('b')).toMatchObject({ ok: true });
});
