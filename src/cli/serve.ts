import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { startDaily } from '../jobs/daily.ts';
import type { Pulse } from '../pulse.ts';
import { Refusal } from '../refusal.ts';
import { ownerExists } from '../store/users.ts';
import { createApp } from '../web/app.ts';
import type { Installation } from './installation.ts';
import { EXIT, type ExitCode, tell } from './output.ts';

/** `serve`: the web app and the daily run, until the process is asked to stop, or the disk fails (exit code 1). */
export async function serve(installation: Installation): Promise<ExitCode> {
  const { config, db, clock, owner } = installation;
  const stopping = new AbortController();
  const setupToken = (await ownerExists(db)) ? undefined : randomBytes(24).toString('base64url');
  const pulse: Pulse = { startedAt: clock(), lookedAt: null };
  const server = await listen(createApp({ db, clock, config, owner, setupToken, pulse }), config);
  const { lockFile } = config;
  const goOn = (): boolean => !stopping.signal.aborted;
  const disk = new AbortController();
  const diskFailed = (): void => disk.abort();
  const daily = startDaily({ db, clock, owner, lockFile, config, log: tell, pulse, goOn, diskFailed });
  const address = addressOf(server, config.baseUrl);
  tell(`Dunwell is at ${address} (data in ${config.dataDir}).`);
  if (setupToken !== undefined)
    tell(`Open ${address.replace(/\/$/, '')}/setup?token=${setupToken} for the first visit.`);
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT'), once(disk.signal, 'abort')]);
  stopping.abort();
  tell('Stopping.');
  server.close();
  server.closeIdleConnections();
  await daily.stop();
  return disk.signal.aborted ? EXIT.problems : EXIT.done;
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
