import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { certificateDays, isRunningOut, type Validity } from './certificateDays.ts';
import { attention, daysWords, fine, type Finding, problem } from './finding.ts';

const PATIENCE = 3000;

/** What the server at our address shows; `distrust` is why a browser would warn, in OpenSSL's word. */
interface Shown extends Validity {
  distrust: string | null;
}

/**
 * Checks the address at which people open Dunwell (`DUNWELL_BASE_URL`): that this machine finds it, and that what is typed
 * there is encrypted on its way. Only that address itself is asked.
 */
export async function checkAddress(
  { baseUrl }: Pick<Config, 'baseUrl'>,
  clock: Clock,
  patience = PATIENCE,
): Promise<Finding[]> {
  const { protocol, hostname, port } = new URL(baseUrl);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isLoopback(host)) return [fine('address', `${baseUrl}, on this machine only`)];
  if (!(await within(patience, resolves(host))))
    return [
      attention(
        'address',
        `${baseUrl}: this machine does not find ${host}`,
        'Have the name point to this machine or to the proxy in front of it, or correct DUNWELL_BASE_URL.',
      ),
    ];
  if (protocol !== 'https:')
    return [
      attention(
        'address',
        `${baseUrl}: passwords and invoices can be read on their way`,
        'Put a proxy with TLS in front (docs/self-hosting.md), unless only you and yours are in that network.',
      ),
    ];
  return [fine('address', baseUrl), await checkCertificate(host, Number(port) || 443, clock, patience)];
}

/** Looks at the certificate with which a server answers, as a browser would. */
export async function checkCertificate(
  host: string,
  port: number,
  clock: Clock,
  patience = PATIENCE,
): Promise<Finding> {
  return certificate(await shownBy(host, port, patience), host, clock);
}

const isLoopback = (host: string): boolean => /^(localhost|.+\.localhost|127(\.\d+){3}|::1)$/.test(host);

const resolves = (host: string): Promise<boolean> =>
  lookup(host).then(
    () => true,
    () => false,
  );

/** What takes longer counts as no. */
async function within(patience: number, answer: Promise<boolean>): Promise<boolean> {
  let limit: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    limit = setTimeout(() => resolve(false), patience);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(limit));
}

function certificate(shown: Shown | null, host: string, clock: Clock): Finding {
  if (!shown)
    return attention(
      'certificate',
      `${host} does not answer this machine`,
      'Look whether it opens in a browser; some routers do not let one’s own machines reach their outer address.',
    );
  const days = certificateDays(shown, clock);
  if (days < 0)
    return problem(
      'certificate',
      `has expired ${daysWords(-days)} ago`,
      'Renew it: no browser opens Dunwell without a warning.',
    );
  const detail = `for ${daysWords(days)} more`;
  if (shown.distrust !== null)
    return attention(
      'certificate',
      `${detail}, but not trusted by this machine (${shown.distrust})`,
      `Have the proxy get one for ${host} from a public authority, unless all who use Dunwell trust yours.`,
    );
  if (!isRunningOut(shown, clock)) return fine('certificate', detail);
  return attention('certificate', detail, 'See why the proxy has not renewed it by itself: it should have by now.');
}

/** What is shown to somebody who connects; null when nobody answers with a certificate. */
function shownBy(host: string, port: number, patience: number): Promise<Shown | null> {
  return new Promise((resolve) => {
    // An expired or unknown one is looked at too: nothing is sent over this connection.
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket: TLSSocket = connect({ host, port, ...name, rejectUnauthorized: false }, () => {
      const { valid_from, valid_to } = socket.getPeerCertificate();
      const distrust = socket.authorized ? null : String(socket.authorizationError);
      end({ validFrom: Date.parse(valid_from), validUntil: Date.parse(valid_to), distrust });
    });
    const end = (shown: Shown | null): void => {
      socket.destroy();
      resolve(shown);
    };
    socket.once('error', () => end(null));
    socket.setTimeout(patience, () => end(null));
  });
}
