import { readFileSync } from 'node:fs';
import { createServer, getCACertificates, type Server, setDefaultCACertificates } from 'node:tls';
import { systemClock } from '../../src/clock.ts';
import { isRunningOut } from '../../src/services/certificateDays.ts';
import { checkAddress, checkCertificate } from '../../src/services/checkAddress.ts';
import type { Finding } from '../../src/services/finding.ts';
import { type Certificate, type Certificates, hasOpenssl, makeCertificates } from '../faults/certificates.ts';
import { temporaryFolder } from '../support/installation.ts';

const DAY = 86_400_000;
const running: Server[] = [];
const ownAuthorities = getCACertificates('default');
let certificates: Certificates;

beforeAll(() => {
  if (!hasOpenssl) return;
  certificates = makeCertificates(temporaryFolder());
  setDefaultCACertificates([...ownAuthorities, readFileSync(certificates.authority, 'utf8')]);
});
afterAll(() => setDefaultCACertificates(ownAuthorities));
afterEach(() => Promise.all(running.splice(0).map((server) => new Promise((done) => server.close(done)))));

/** A real web server with that certificate, on every address of this machine. */
async function servedWith(certificate: Certificate): Promise<number> {
  const server = createServer(certificate, (socket) => socket.on('error', () => undefined));
  running.push(server);
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '0.0.0.0', resolve);
  await promise;
  return (server.address() as { port: number }).port;
}

test.each<[string, string, Finding['level'], RegExp]>([
  ['this machine', 'http://localhost:3000', 'ok', /on this machine only/],
  ['this machine by number', 'http://127.0.0.1:3000', 'ok', /on this machine only/],
  ['this machine by its newer number', 'http://[::1]:3000', 'ok', /on this machine only/],
  ['a name that nobody knows', 'https://dunwell.firm.invalid', 'attention', /does not find dunwell\.firm\.invalid/],
  ['a network without encryption', 'http://192.0.2.5:3000', 'attention', /can be read on their way/],
])('the address is that of %s', async (_, baseUrl, level, says) => {
  const findings = await checkAddress({ baseUrl }, systemClock);
  expect(findings).toMatchObject([{ what: 'address', level, detail: expect.stringMatching(says) }]);
});

test('where nobody answers, the certificate is not known', async () => {
  expect(await checkCertificate('127.0.0.2', 1, systemClock)).toMatchObject({
    what: 'certificate',
    level: 'attention',
    detail: '127.0.0.2 does not answer this machine',
  });
});

(hasOpenssl ? describe : describe.skip)('the certificate', () => {
  test('is looked at where the address begins with https', async () => {
    const port = await servedWith(certificates.good);
    // 0.0.0.0 leads to this machine without being called so, and the certificate is for another name.
    const findings = await checkAddress({ baseUrl: `https://0.0.0.0:${port}` }, systemClock);
    expect(findings).toMatchObject([
      { what: 'address', level: 'ok' },
      { what: 'certificate', level: 'attention', detail: expect.stringMatching(/ALTNAME_INVALID/) },
    ]);
  });

  test.each<[string, () => Certificate, number, Finding['level'], RegExp]>([
    ['is good', () => certificates.good, 0, 'ok', /^for (29|30) days more$/],
    ['ends soon', () => certificates.good, 25 * DAY, 'attention', /^for 4 days more$/],
    ['has expired', () => certificates.expired, 0, 'problem', /has expired \d days? ago/],
    ['is one’s own', () => certificates.selfSigned, 0, 'attention', /not trusted by this machine \(.*SELF_SIGNED/],
    ['is for another name', () => certificates.wrongName, 0, 'attention', /not trusted by this machine/],
  ])('%s', async (_, which, ahead, level, says) => {
    const finding = await checkCertificate('127.0.0.2', await servedWith(which()), () => systemClock() + ahead);
    expect(finding).toMatchObject({ level, detail: expect.stringMatching(says) });
  });
});

test.each([
  [90, 15, false],
  [90, 13, true],
  [6, 2, false],
  [6, 1, true],
])('a certificate of %d days with %d left is about to end: %s', (life, left, expected) => {
  const now = systemClock();
  const [validFrom, validUntil] = [now - (life - left) * DAY, now + left * DAY];
  expect(isRunningOut({ validFrom, validUntil }, () => now)).toBe(expected);
});
