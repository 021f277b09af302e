// F17–F27, F46: every way in which a mail server misbehaves, at every place of the conversation, against the program itself.
// Two reminders are to leave, the first to an address beginning with x; then the server is well again, and all is compared.
import path from 'node:path';
import { type Certificates, hasOpenssl, makeCertificates } from './certificates.ts';
import { blueprint, build, compare, DELIVER, demolish, discard, firmOf, rows, run, temporary, write } from './house.ts';
import type { Rule, Seen, Setting } from './rules.ts';
import { type FaultServer, startFaultServer } from './server.ts';
import { elsewhere, type Line, line } from './table.ts';

type State = 'sent' | 'queued' | 'failed' | 'uncertain';

interface Mode {
  fault: string;
  name: string;
  rules?: Rule[];
  setting?: (certificates: Certificates) => Partial<Setting>;
  /** The mail account, where it is not the plain one on the loopback. */
  mail?: Record<string, unknown>;
  /** What becomes of the first and of the second message; several where both are right. */
  first: State | readonly State[];
  second: State;
  /** Whether the first address is put on record as refused. */
  flagged?: boolean;
  /** How many messages the server has after the first run. */
  accepted?: number;
  debtors?: readonly (string | readonly string[])[];
  /** An attachment of so many megabytes. */
  megabytes?: number;
  tls?: boolean;
  check?: (seen: Seen) => string | null;
}

const X = 'x@customer.example';
const OK = 'ok@customer.example';

const here = (at: Rule['at'], rule: Omit<Rule, 'at'>): Rule[] => [{ at, ...rule }];
const toX = (at: Rule['at'], rule: Omit<Rule, 'at' | 'to'>): Rule[] => [{ at, to: 'x', ...rule }];

/** Nothing left, for any of the two. */
const nobody = { first: 'queued', second: 'queued', accepted: 0 } as const;
const later = { first: 'queued', second: 'sent', accepted: 1 } as const;
const never = { first: 'failed', second: 'sent', accepted: 1, flagged: true } as const;
const unclear = { first: 'uncertain', second: 'sent' } as const;

const TLS = { host: '127.0.0.2', security: 'starttls', user: 'anna' };
const nothingInClear = ({ inClear, auths }: Seen): string | null =>
  inClear.length || auths ? `${inClear.length} lines in clear, ${auths} sign-ins` : null;

const greetings: Mode[] = [
  { name: 'greeting: silent', rules: here('greeting', { end: 'silent' }) },
  { name: 'greeting: garbage', rules: here('greeting', { say: 'HTTP/1.1 400 Bad Request' }) },
  { name: 'greeting: 421', rules: here('greeting', { say: '421 4.3.2 too busy' }) },
  { name: 'greeting: 554', rules: here('greeting', { say: '554 5.7.1 go away' }) },
  { name: 'greeting: dropped', rules: here('greeting', { end: 'drop' }) },
  { name: 'greeting: reset', rules: here('greeting', { end: 'reset' }) },
  { name: 'greeting: a byte a time', rules: here('greeting', { trickle: 400 }) },
  { name: 'connection refused', mail: { port: 1 } },
  { name: 'no such host', mail: { host: 'mail.nowhere.invalid' } },
  { name: 'EHLO: 421', rules: here('ehlo', { say: '421 4.3.2 closing' }) },
  { name: 'EHLO: dropped', rules: here('ehlo', { end: 'drop' }) },
  { name: 'EHLO: silent', rules: here('ehlo', { end: 'silent' }) },
  { name: 'EHLO: a byte a time', rules: here('ehlo', { trickle: 400 }) },
].map((mode) => ({ fault: 'F17', ...nobody, ...mode }));

const refusals: Mode[] = ['450 4.2.1 busy', '451 4.7.1 greylisted', '452 4.2.2 mailbox full'].map((say) => ({
  fault: 'F18',
  name: `RCPT: ${say}`,
  rules: toX('rcpt', { say }),
  ...later,
}));
refusals.push(
  ...['450 4.1.8 later', '451 4.3.0 later'].map(
    (say): Mode => ({ fault: 'F18', name: `MAIL: ${say}`, rules: here('mail', { say }), ...nobody }),
  ),
  { fault: 'F18', name: 'DATA: 451', rules: toX('data', { say: '451 4.3.0 later' }), ...later },
  { fault: 'F18', name: 'dot: 451', rules: toX('dot', { say: '451 4.3.0 later' }), ...later },
  { fault: 'F18', name: 'dot: 450 once', rules: toX('dot', { say: '450 4.2.0 greylisted', times: 1 }), ...later },
);
for (const say of ['550 5.1.1 nobody', '552 5.2.2 over quota', '554 5.7.1 not wanted']) {
  refusals.push({ fault: 'F19', name: `RCPT: ${say}`, rules: toX('rcpt', { say }), ...never });
  refusals.push({ fault: 'F19', name: `dot: ${say}`, rules: toX('dot', { say }), ...never });
}
refusals.push(
  { fault: 'F19', name: 'DATA: 554', rules: toX('data', { say: '554 5.5.1 no' }), ...never },
  { fault: 'F19', name: 'MAIL: 550 to us', rules: here('mail', { say: '550 5.7.1 sender refused' }), ...nobody },
  {
    fault: 'F19',
    name: 'MAIL: 552 too large',
    rules: here('mail', { say: '552 5.3.4 too large', times: 1 }),
    ...never,
    flagged: false,
  },
  {
    fault: 'F19',
    name: 'SIZE smaller than the message',
    setting: () => ({ size: 100 }),
    first: 'failed',
    second: 'failed',
    accepted: 0,
    flagged: false,
  },
  { fault: 'F46', name: 'RCPT: 452 too many', rules: toX('rcpt', { say: '452 4.5.3 too many messages' }), ...nobody },
  { fault: 'F46', name: 'MAIL: 452', rules: here('mail', { say: '452 4.3.1 too much' }), ...nobody },
  { fault: 'F46', name: 'dot: 454', rules: here('dot', { say: '454 4.7.0 hourly limit' }), ...nobody },
);

const closings: Mode[] = (['mail', 'rcpt', 'data', 'dot'] as const).map((at) => ({
  fault: 'F20',
  name: `421 at ${at}`,
  rules:
    at === 'mail'
      ? here(at, { say: '421 4.3.2 restarting', end: 'drop' })
      : toX(at, { say: '421 4.3.2 restarting', end: 'drop' }),
  ...(at === 'mail' ? nobody : later),
}));

const drops: Mode[] = [
  {
    fault: 'F21',
    name: 'reset in the body of 5 MB',
    rules: toX('body', { bytes: 1_000_000, end: 'reset' }),
    megabytes: 5,
    ...later,
  },
  {
    fault: 'F21',
    name: 'drop in the body of 5 MB',
    rules: toX('body', { bytes: 2_000_000, end: 'drop' }),
    megabytes: 5,
    first: ['queued', 'uncertain'],
    second: 'sent',
    accepted: 1,
  },
  {
    fault: 'F21',
    name: 'reset in a small body',
    rules: toX('body', { bytes: 1, end: 'reset' }),
    first: ['queued', 'uncertain'],
    second: 'sent',
    accepted: 1,
  },
  { fault: 'F21', name: 'dropped at RCPT', rules: toX('rcpt', { end: 'drop' }), ...later },
  { fault: 'F21', name: 'dropped at DATA', rules: toX('data', { end: 'drop' }), ...later },
  {
    fault: 'F22',
    name: 'accepted, then dropped',
    rules: toX('dot', { accept: true, end: 'drop' }),
    ...unclear,
    accepted: 2,
  },
  {
    fault: 'F22',
    name: 'accepted, then reset',
    rules: toX('dot', { accept: true, end: 'reset' }),
    ...unclear,
    accepted: 2,
  },
  { fault: 'F22', name: 'dropped, not accepted', rules: toX('dot', { end: 'drop' }), ...unclear, accepted: 1 },
  {
    fault: 'F22',
    name: 'accepted, garbage for an answer',
    rules: toX('dot', { accept: true, say: 'hello?' }),
    ...unclear,
    accepted: 2,
  },
  {
    fault: 'F22',
    name: 'an answer before the dot',
    rules: toX('data', { say: '354 go on\r\n250 2.0.0 early' }),
    first: ['queued', 'sent'],
    second: 'sent',
  },
  {
    fault: 'F23',
    name: 'accepted, then silent',
    rules: toX('dot', { accept: true, end: 'silent' }),
    ...unclear,
    accepted: 2,
  },
  { fault: 'F23', name: 'silent, not accepted', rules: toX('dot', { end: 'silent' }), ...unclear, accepted: 1 },
  { fault: 'F24', name: 'a byte a time from RCPT on', rules: toX('rcpt', { trickle: 400 }), ...later },
  { fault: 'F24', name: 'a byte a time from DATA on', rules: toX('data', { trickle: 400 }), ...later },
  { fault: 'F24', name: 'a byte a time after the dot', rules: toX('dot', { trickle: 400 }), ...unclear, accepted: 2 },
  {
    fault: 'F24',
    name: 'slow but well',
    rules: here('rcpt', { delay: 300 }),
    first: 'sent',
    second: 'sent',
    accepted: 2,
  },
];

const behind =
  (which: keyof Omit<Certificates, 'authority'>, more: Partial<Setting> = {}) =>
  (certificates: Certificates): Partial<Setting> => ({ auth: true, tls: certificates[which], ...more });
/** A server that cannot be trusted hears neither the password nor a message. */
const untrusted = { fault: 'F25', tls: true, mail: TLS, check: nothingInClear, ...nobody };

const encrypted: Mode[] = [
  {
    ...untrusted,
    name: 'STARTTLS stripped',
    rules: here('starttls', { say: '502 what?' }),
    setting: () => ({ auth: true }),
  },
  {
    ...untrusted,
    name: 'STARTTLS: 454',
    rules: here('starttls', { say: '454 no TLS now' }),
    setting: behind('good'),
  },
  { ...untrusted, name: 'STARTTLS: dropped', rules: here('starttls', { end: 'drop' }), setting: behind('good') },
  { ...untrusted, name: 'self-signed', setting: behind('selfSigned') },
  { ...untrusted, name: 'expired', setting: behind('expired') },
  { ...untrusted, name: 'wrong name', setting: behind('wrongName') },
  {
    ...untrusted,
    name: 'TLS from the first byte, expired',
    mail: { ...TLS, security: 'tls' },
    setting: behind('expired', { implicit: true }),
  },
  {
    ...untrusted,
    name: 'a good certificate',
    setting: behind('good'),
    first: 'sent',
    second: 'sent',
    accepted: 2,
    check: ({ inClear }) => (inClear.length ? 'something went in clear' : null),
  },
];

const signIns: Mode[] = ['535 5.7.8 wrong password', '454 4.7.0 later', '534 5.7.9 weak'].map((say) => ({
  fault: 'F26',
  name: `AUTH: ${say}`,
  rules: here('auth', { say }),
  setting: () => ({ auth: true }),
  mail: { user: 'anna' },
  ...nobody,
  check: ({ auths }) => (auths === 1 ? null : `${auths} sign-ins`),
}));

const PAIR = [[X, 'good@customer.example'], OK];
const pairs: Mode[] = [
  {
    fault: 'F27',
    name: 'one of two: 550',
    rules: toX('rcpt', { say: '550 5.1.1 nobody' }),
    first: 'sent',
    second: 'sent',
    accepted: 2,
    flagged: true,
    debtors: PAIR,
  },
  {
    fault: 'F27',
    name: 'one of two: 450',
    rules: toX('rcpt', { say: '450 4.2.1 busy' }),
    first: 'sent',
    second: 'sent',
    accepted: 2,
    flagged: false,
    debtors: PAIR,
  },
];

const MODES = [...greetings, ...refusals, ...closings, ...drops, ...encrypted, ...signIns, ...pairs];

/** What each fault is, for the table. */
const WHAT: Record<string, string> = {
  F17: 'no connection, or none that can be used',
  F18: '4xx at MAIL, RCPT, DATA and dot',
  F19: '5xx at MAIL, RCPT, DATA and dot',
  F20: '421 anywhere',
  F21: 'the connection breaks before the dot',
  F22: 'the dot is sent and the connection drops',
  F23: 'the dot is sent and no answer comes',
  F24: 'a byte a time',
  F25: 'encryption refused, stripped, expired, self-signed, wrong name',
  F26: 'the password is refused',
  F27: 'one of two recipients is refused',
  F46: 'the limit of the account (452, 454)',
};

/** One way to each fault, and none with a large message. */
const FIRST = Object.keys(WHAT).flatMap((of) => MODES.find(({ fault, megabytes }) => fault === of && !megabytes) ?? []);

/** Tries every mode, with and without pipelining where it matters; the short suite tries one of each fault, without. */
export async function smtpModes({ short = false } = {}): Promise<Line[]> {
  const folder = temporary();
  const certificates = hasOpenssl ? makeCertificates(folder) : null;
  const lines = new Map(Object.entries(WHAT).map(([fault, what]) => [fault, line(fault, what, { tries: 0 })]));
  const variants = (short ? FIRST : MODES).flatMap((mode) => [
    { mode, pipelined: false },
    ...(!short && /^(RCPT|DATA|dot|one|421|accepted|dropped)/.test(mode.name) ? [{ mode, pipelined: true }] : []),
  ]);
  const queue = variants.filter(({ mode }) => certificates || !mode.tls);
  const work = async (): Promise<void> => {
    const server = await startFaultServer(folder);
    for (let next = queue.shift(); next; next = queue.shift()) {
      const into = lines.get(next.mode.fault) as Line;
      await tryMode(next.mode, next.pipelined, { server, certificates, folder, into });
    }
    await server.stop();
  };
  await Promise.all([work(), work()]);
  discard(folder);
  if (!certificates) lines.set('F25', elsewhere('F25', WHAT.F25 as string, 'not here: openssl is missing'));
  return [...lines.values()].filter(({ tries, verdict }) => tries > 0 || verdict !== 'ok');
}

interface Place {
  server: FaultServer;
  certificates: Certificates | null;
  folder: string;
  into: Line;
}

async function tryMode(mode: Mode, pipelined: boolean, { server, certificates, folder, into }: Place): Promise<void> {
  const who = mode.debtors ?? [X, OK];
  const plan = await blueprint(path.join(folder, `${server.port}.db`), firmOf(who, attachment(who, mode.megabytes)));
  const house = build(plan, { port: server.port, ...mode.mail });
  const env = {
    DUNWELL_SMTP_LIMIT_MS: mode.megabytes ? '20000' : '1500',
    DUNWELL_SMTP_PASSWORD: 'canary-password',
    ...(certificates ? { NODE_EXTRA_CA_CERTS: certificates.authority } : {}),
  };
  await server.reset();
  await server.set(mode.rules ?? [], { pipelining: pipelined, ...mode.setting?.(certificates as Certificates) });
  const { stderr, code } = await run(house, DELIVER, { env });
  const name = `${mode.name}${pipelined ? ' (pipelined)' : ''}`;
  const wrong = (text: string): void => void into.notes.push(`${mode.fault} ${name}: ${text}`);
  const [first, second] = rows(house);
  const accepted = server.accepted().length;
  if (![mode.first].flat().includes(first?.state as State))
    wrong(`the first is ${first?.state} (${first?.reason}) ${stderr}`);
  if (second?.state !== mode.second) wrong(`the second is ${second?.state} ${stderr}`);
  if (mode.accepted !== undefined && accepted !== mode.accepted) wrong(`the server has ${accepted}`);
  if (code !== 0 && code !== 1) wrong(`it ended with ${code}: ${stderr}`);
  const flags = write(house.file, (db) => db.prepare('SELECT email FROM contacts WHERE refused_on IS NOT NULL').all());
  if (mode.flagged !== undefined && (flags.length === 1) !== mode.flagged)
    wrong(`${flags.length} addresses are flagged`);
  if (mode.flagged === undefined && flags.length > 0) wrong('an address is flagged');
  const odd = mode.check?.(await server.seen());
  if (odd) wrong(odd);
  await server.set([], { pipelining: pipelined, ...mode.setting?.(certificates as Certificates) });
  await run(house, DELIVER, { env });
  const count = compare(house, server.accepted(), mode.mail?.host || mode.mail?.port ? 0 : 2);
  into.tries += 1;
  into.lost = (into.lost ?? 0) + count.lost;
  into.doubled = (into.doubled ?? 0) + count.doubled;
  into.uncertain = (into.uncertain ?? 0) + count.uncertain;
  for (const problem of count.problems) wrong(problem);
  demolish(house);
}

function attachment(who: readonly unknown[], megabytes: number | undefined): object {
  if (!megabytes) return {};
  const content = Buffer.alloc(megabytes * 1_000_000, '%PDF-1.7 ').toString('base64');
  const { invoices = [] } = firmOf(who as string[]);
  return {
    invoices: invoices.map((one, n) => (n === 0 ? { ...one, documents: [{ name: 'large.pdf', content }] } : one)),
  };
}
