import { recordedLog } from '../../test/support/recordedLog.ts';
import { sayingOf } from './saying.ts';

const MINUTE = 60_000;

test('what stands in the way of sending is said when it comes, when it changes and when it is over', () => {
  const { log, events } = recordedLog();
  const saying = sayingOf(log, () => 0);
  for (const one of [null, 'disk', 'disk', 'clock', 'held', 'held', null, null] as const) saying.obstacle(one);
  expect(events()).toEqual(['disk_almost_full', 'clock_doubted', 'sending_held', 'sending_resumed']);
});

test('a failure at every look is said once in a quarter of an hour, and another one at once', () => {
  const { log, lines } = recordedLog();
  let now = 0;
  const saying = sayingOf(log, () => now);
  const fail = (minutes: number, code: string): void => {
    now = minutes * MINUTE;
    saying.failure('look_failed', 'It failed.', Object.assign(new Error('x'), { code }));
  };
  for (let seconds = 0; seconds < 900; seconds += 5) fail(seconds / 60, 'SQLITE_BUSY');
  expect(lines()).toHaveLength(1);
  fail(15, 'SQLITE_BUSY');
  fail(15, 'SQLITE_FULL');
  fail(15.1, 'SQLITE_FULL');
  // The clock is set back by a day.
  fail(-1440, 'SQLITE_FULL');
  expect(lines().map(({ error }) => (error as { code: string }).code)).toEqual([
    'SQLITE_BUSY',
    'SQLITE_BUSY',
    'SQLITE_FULL',
    'SQLITE_FULL',
  ]);
});
