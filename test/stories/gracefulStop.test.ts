import { build, compare, demolish, rows, start, until } from '../faults/house.ts';
import { firmOfToday, inTown } from '../faults/processes.ts';

jest.setTimeout(90_000);

/** How long the mail server takes over each message, in milliseconds: long enough to be asked to stop meanwhile. */
const SLOW = 1500;

/** By a service manager, and by a terminal that closes. */
const SIGNALS = ['SIGTERM', 'SIGHUP'] as const;

test.each(SIGNALS)(
  'a server that gets %s finishes the message in flight, begins no other, and ends well (F4)',
  async (asked) => {
    const size = 3;
    await inTown(
      size,
      async ({ server, plan }) => {
        await server.set([{ at: 'dot', delay: SLOW }]);
        const house = build(plan, { port: server.port });
        const { child, ended, said } = start(house, ['serve']);
        try {
          // The dot of the first message has come; the answer has not.
          await until(() => rows(house).some(({ state }) => state === 'handover'));
          const base = /http:\/\/localhost:\d+/.exec(said())?.[0] ?? '';
          const health = await fetch(`${base}/healthz`);
          expect([health.status, await health.text()]).toEqual([200, 'ok']);
          const before = server.accepted().length;
          child.kill(asked);
          const { code, signal } = await ended;
          expect([code, signal]).toEqual([0, null]);
          expect(server.accepted()).toHaveLength(before + 1);
          const sent = Array.from({ length: before + 1 }, () => 'sent');
          expect(rows(house).map(({ state }) => state)).toEqual([...sent, ...Array(size - sent.length).fill('queued')]);
          expect(compare(house, server.accepted(), before + 1)).toEqual({
            lost: 0,
            doubled: 0,
            uncertain: 0,
            problems: [],
          });
        } finally {
          child.kill('SIGKILL');
          demolish(house);
        }
      },
      firmOfToday(size),
    );
  },
);
