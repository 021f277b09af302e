import type { Config } from '../config.ts';
import { Refusal } from '../refusal.ts';
import type { Arguments } from './args.ts';
import { EXIT, type ExitCode, print } from './output.ts';

/** Milliseconds after which a server that has not answered counts as one that does not. */
const PATIENCE = 5000;
/** Characters. */
const LONGEST_WORD = 20;

/**
 * `health`: asks the server that runs here whether it is well, and says so in one word and by the exit code. Opens no
 * database: it must neither wait for one nor hold it.
 */
export async function health(config: Config, args: Arguments): Promise<ExitCode> {
  const state = await askServer(new URL('/healthz', serverAt(config, args.text('url'))));
  print(state);
  return state === 'ok' ? EXIT.done : EXIT.problems;
}

function serverAt({ host, port }: Config, told: string | null): string {
  if (told === null) return `http://${reachable(host)}:${port}`;
  if (!/^https?:$/.test(URL.parse(told)?.protocol ?? '')) throw new Refusal('not_an_url', { value: told });
  return told;
}

/** A server that listens everywhere is asked on the machine itself; IPv6 addresses stand in brackets in a URL. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

async function askServer(url: URL): Promise<string> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(PATIENCE) });
    const word = await shortWord(response);
    if (response.status === 200) return 'ok';
    return response.status === 503 && word !== null ? word : 'unwell';
  } catch {
    return 'unreachable';
  }
}

/** The word that Dunwell has for what is wrong. Something else may answer there, and with anything. */
async function shortWord(response: Response): Promise<string | null> {
  const length = response.headers.get('content-length');
  if (length !== null && Number(length) <= LONGEST_WORD) return /^[a-z_]+$/.exec(await response.text())?.[0] ?? null;
  await response.body?.cancel();
  return null;
}
