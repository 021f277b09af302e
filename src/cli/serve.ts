import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { startDaily } from '../jobs/daily.ts';
import { type Log, logTo } from '../log.ts';
import type { Pulse } from '../pulse.ts';
import { Refusal } from '../refusal.ts';
import { lastProgram } from '../store/program.ts';
import { ownerExists } from '../store/users.ts';
import { createApp } from '../web/app.ts';
import type { Installation } from './installation.ts';
import { onlyLog } from './onlyLog.ts';
import { EXIT, type ExitCode, print } from './output.ts';
import { STOP_SIGNALS } from './stopSignals.ts';

/** How long a page that is being made may still take when the program is asked to stop, in milliseconds. */
const LAST_PAGE = 5000;

/**
 * `serve`: the web app and the daily run, until the process is asked to stop, or the disk fails (exit code 1). Where it is
 * found goes to the standard output, and everything else to the log on the standard error.
 */
export async function serve(installation: Installation): Promise<ExitCode> {
  const { config, db, clock, owner } = installation;
  const log = logTo({ level: config.logLevel });
  onlyLog(log);
  await sayOpened(installation, log);
  const disk = new AbortController();
  const end = Promise.race([...STOP_SIGNALS.map(asked), once(disk.signal, 'abort').then(() => 'disk')]);
  const setupToken = (await ownerExists(db)) ? undefined : randomBytes(24).toString('base64url');
  const pulse: Pulse = { startedAt: clock(), lookedAt: null, workingSince: null };
  const server = await listen(createApp({ db, clock, config, owner, setupToken, pulse, log }), config);
  const stopping = new AbortController();
  const daily = startDaily({
    db,
    clock,
    owner,
    lockFile: config.lockFile,
    config,
    log,
    pulse,
    goOn: () => !stopping.signal.aborted,
    diskFailed: () => disk.abort(),
  });
  const url = addressOf(server, config.baseUrl);
  print(greeting(url, config.dataDir, setupToken));
  const first = { url, host: config.host, node: process.version, first_visit: setupToken !== undefined };
  log.info('started', 'Dunwell serves.', first);
  const why = await end;
  if (why === 'disk') log.error('disk_failed', 'The disk refuses to work: Dunwell ends, and tries nothing again.');
  log.info('stopping', 'The message in flight is finished, and no other begun.', { why });
  stopping.abort();
  await Promise.all([close(server), daily.stop()]);
  log.info('stopped', 'Dunwell has stopped.');
  return why === 'disk' ? EXIT.problems : EXIT.done;
}

const asked = (signal: NodeJS.Signals): Promise<string> => once(process, signal).then(() => signal);

/** A new database, and one that another version worked with before, are worth a line. */
async function sayOpened({ db, opened }: Installation, log: Log): Promise<void> {
  if (opened.fresh) return log.info('database_made', 'There was no database; a new one is made.');
  const program = await lastProgram(db);
  if (program?.since !== opened.at) return;
  log.info('upgraded', 'Another version worked with this database; it is upgraded.', { from: program.from });
}

/** One piece, so that whoever reads it has all of it. */
function greeting(address: string, folder: string, setupToken: string | undefined): string {
  const here = `Dunwell is at ${address} (data in ${folder}).`;
  if (setupToken === undefined) return here;
  return `${here}\nOpen ${address.replace(/\/$/, '')}/setup?token=${setupToken} for the first visit.`;
}

/** Takes no more requests, and waits a moment for those that are being answered. */
async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  await Promise.race([closed, setTimeout(LAST_PAGE, undefined, { ref: false })]);
  server.closeAllConnections();
}

async function listen(app: ReturnType<typeof createApp>, { port, host }: Installation['config']): Promise<Server> {
  const server = app.listen(port, host);
  // Whoever sends his request a byte at a time is not waited for.
  Object.assign(server, { headersTimeout: 15_000, requestTimeout: 120_000, maxHeadersCount: 100 });
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if ((error as { code?: string }).code === 'EADDRINUSE') throw new Refusal('port_taken', { port });
    throw error;
  }
}

/** With port 0 the system chose one. */
function addressOf(server: Server, baseUrl: string): string {
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : '';
  return baseUrl.replace(/:0$/, `:${port}`);
}
