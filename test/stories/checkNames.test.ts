import { settingsSchema } from '../../src/domain/settings.ts';
import { checkNames } from '../../src/services/checkNames.ts';
import type { Finding } from '../../src/services/finding.ts';
import { type Entry, type NameServer, startNameServer, type Zone } from '../support/nameServer.ts';

const running: NameServer[] = [];
afterEach(() => running.splice(0).forEach((server) => server.stop()));

const FIRM = 'meunier.example';
const GOOD: Entry = { mx: [[10, 'mx.provider.example']], txt: ['v=spf1 include:_spf.provider.example ~all'] };

/** The world: an ending, the firm, and who sends for it, all as they should be. */
const world = (differs: Zone = {}): Zone => ({
  example: { ns: ['ns.example'] },
  [FIRM]: GOOD,
  [`_dmarc.${FIRM}`]: { txt: ['v=DMARC1; p=none; rua=mailto:dmarc@meunier.example'] },
  '_spf.provider.example': { txt: ['v=spf1 ip4:192.0.2.0/24 -all'] },
  '_spf.google.com': { txt: ['v=spf1 include:_netblocks.google.com ~all'] },
  '_netblocks.google.com': { txt: ['v=spf1 ip4:192.0.2.0/24 ~all'] },
  ...differs,
});

const firmWith = (txt: string[]): Zone => ({ [FIRM]: { ...GOOD, txt } });

interface Ask {
  host?: string;
  from?: string;
  selector?: string;
  patience?: number;
}

async function ask(
  zone: Zone | null,
  { host = 'mail.provider.example', from, selector, patience }: Ask = {},
): Promise<Finding[]> {
  const server = await startNameServer(zone);
  running.push(server);
  const mail = { host, from: from ?? `anna@${FIRM}` };
  return checkNames(settingsSchema.parse({ mail }), { resolver: server.resolver, patience, selector });
}

const about = (findings: Finding[], what: string): Finding | undefined =>
  findings.find((finding) => finding.what === what);

test('a domain that is as it should be', async () => {
  const findings = await ask(world({ [`k1._domainkey.${FIRM}`]: { txt: ['v=DKIM1; p=MIIB'] } }), { selector: 'k1' });
  expect(findings.map(({ what, level, todo }) => [what, level, todo])).toEqual([
    ['mx', 'ok', null],
    ['spf', 'ok', null],
    ['dkim', 'ok', null],
    ['dmarc', 'ok', null],
  ]);
});

interface Case {
  what: string;
  zone: Zone;
  level: Finding['level'];
  says: RegExp;
  todo?: RegExp;
  ask?: Ask;
}

const ELEVEN = Array.from({ length: 11 }, (_, n) => `a:m${n}.${FIRM}`).join(' ');
const GMAIL = { host: 'smtp.gmail.com' };
const BREVO = { host: 'smtp-relay.brevo.com' };

const cases: Record<string, Case> = {
  'no such domain': {
    what: 'mx',
    zone: { example: { ns: ['ns.example'] } },
    level: 'problem',
    says: /no domain meunier\.example/,
    todo: /Correct the address/,
  },
  'no mail server': {
    what: 'mx',
    zone: world({ [FIRM]: { txt: GOOD.txt ?? [] } }),
    level: 'problem',
    says: /takes no mail/,
  },
  'a domain that takes no mail (RFC 7505)': {
    what: 'mx',
    zone: world({ [FIRM]: { ...GOOD, mx: [[0, '']], a: ['192.0.2.1'] } }),
    level: 'problem',
    says: /takes no mail/,
  },
  'only the address of a machine': {
    what: 'mx',
    zone: world({ [FIRM]: { a: ['192.0.2.1'] } }),
    level: 'attention',
    says: /no MX record/,
  },
  'no SPF': {
    what: 'spf',
    zone: world(firmWith(['google-site-verification=1'])),
    level: 'attention',
    says: /has no SPF record/,
    todo: /include: that your mail provider/,
  },
  'no SPF, and a provider that is known': {
    what: 'spf',
    zone: world(firmWith([])),
    level: 'attention',
    says: /has no SPF record/,
    todo: /: v=spf1 include:_spf\.google\.com ~all$/,
    ask: GMAIL,
  },
  'no SPF, and a provider that sends under its own name': {
    what: 'spf',
    zone: world(firmWith([])),
    level: 'ok',
    says: /Brevo sends under a name of its own/,
    ask: BREVO,
  },
  'two SPF records': {
    what: 'spf',
    zone: world(firmWith(['v=spf1 mx -all', 'v=spf1 include:_spf.provider.example ~all'])),
    level: 'problem',
    says: /two SPF records, so none counts/,
    todo: /Join them into one/,
  },
  'a slip in the SPF record': {
    what: 'spf',
    zone: world(firmWith(['v=spf1 ipv4:192.0.2.1 ~all'])),
    level: 'problem',
    says: /cannot be read: ipv4:192\.0\.2\.1/,
    todo: /Correct or take out “ipv4:192\.0\.2\.1”/,
  },
  'a slip in a record that is included': {
    what: 'spf',
    zone: world({ '_spf.provider.example': { txt: ['v=spf1 ip4:oops -all'] } }),
    level: 'problem',
    says: /record of _spf\.provider\.example cannot be read/,
    todo: /Ask whoever runs _spf\.provider\.example/,
  },
  'an include of what is not there': {
    what: 'spf',
    zone: world(firmWith(['v=spf1 include:gone.example ~all'])),
    level: 'problem',
    says: /includes gone\.example, which has none/,
    todo: /Take include:gone\.example out/,
  },
  'an include in a circle': {
    what: 'spf',
    zone: world({ '_spf.provider.example': { txt: [`v=spf1 include:${FIRM} -all`] } }),
    level: 'problem',
    says: /includes itself/,
  },
  'more questions than receivers ask': {
    what: 'spf',
    zone: world(firmWith([`v=spf1 ${ELEVEN} ~all`])),
    level: 'problem',
    says: /ask 11 questions, and they stop at 10/,
  },
  'ten questions': {
    what: 'spf',
    zone: world(firmWith([`v=spf1 ${ELEVEN.replace(`a:m10.${FIRM}`, '')} ~all`])),
    level: 'ok',
    says: /10 of 10 questions/,
  },
  'questions of what is included count too': {
    what: 'spf',
    zone: world({ '_spf.provider.example': { txt: [`v=spf1 ${ELEVEN.replace(`a:m10.${FIRM}`, '')} ~all`] } }),
    level: 'problem',
    says: /ask 11 questions/,
  },
  'a record that goes on elsewhere, with a macro': {
    what: 'spf',
    zone: world({
      ...firmWith(['v=spf1 exists:%{i}._spf.provider.example redirect=_spf.provider.example']),
    }),
    level: 'ok',
    says: /2 of 10 questions/,
  },
  'a record by which nobody sends': {
    what: 'spf',
    zone: world(firmWith(['v=spf1 -all'])),
    level: 'problem',
    says: /says that nobody sends its mail/,
    todo: /v=spf1 include:_spf\.google\.com ~all/,
    ask: GMAIL,
  },
  'a record by which everybody sends': {
    what: 'spf',
    zone: world(firmWith(['v=spf1 mx +all'])),
    level: 'attention',
    says: /lets everybody send/,
  },
  'a provider that the record leaves out': {
    what: 'spf',
    zone: world(),
    level: 'attention',
    says: /does not name Google/,
    todo: /Add include:_spf\.google\.com/,
    ask: GMAIL,
  },
  'a provider that another record names': {
    what: 'spf',
    zone: world({ '_spf.provider.example': { txt: ['v=spf1 include:_spf.google.com ~all'] } }),
    level: 'ok',
    says: /3 of 10 questions/,
    ask: GMAIL,
  },
  'a record of more than 255 characters': {
    what: 'spf',
    zone: world(firmWith([`v=spf1 ${'ip4:192.0.2.100 '.repeat(20)}include:_spf.google.com ~all`])),
    level: 'ok',
    says: /2 of 10 questions/,
    ask: GMAIL,
  },
  'a DKIM key where the provider keeps it': {
    what: 'dkim',
    zone: world({ [`google._domainkey.${FIRM}`]: { txt: [`v=DKIM1; p=${'A'.repeat(300)}`] } }),
    level: 'ok',
    says: /a key under google/,
    ask: GMAIL,
  },
  'no DKIM key where the provider keeps it': {
    what: 'dkim',
    zone: world(),
    level: 'attention',
    says: /no key under google/,
    todo: /Turn DKIM on in Google’s settings/,
    ask: GMAIL,
  },
  'a DKIM key that nobody knows the name of': {
    what: 'dkim',
    zone: world(),
    level: 'attention',
    says: /not looked for/,
    todo: /Send me a test.*dunwell check --dkim NAME/,
  },
  'a named DKIM key that is not there': {
    what: 'dkim',
    zone: world(),
    level: 'problem',
    says: /no key under k1$/,
    ask: { selector: 'k1' },
  },
  'a DKIM key that was taken back': {
    what: 'dkim',
    zone: world({ [`k1._domainkey.${FIRM}`]: { txt: ['v=DKIM1; p='] } }),
    level: 'problem',
    says: /it was taken back/,
    ask: { selector: 'k1' },
  },
  'no DMARC': {
    what: 'dmarc',
    zone: world({ [`_dmarc.${FIRM}`]: {} }),
    level: 'attention',
    says: /no DMARC record/,
    todo: /_dmarc\.meunier\.example: v=DMARC1; p=none/,
  },
  'two DMARC records': {
    what: 'dmarc',
    zone: world({ [`_dmarc.${FIRM}`]: { txt: ['v=DMARC1; p=none', 'v=DMARC1; p=reject'] } }),
    level: 'attention',
    says: /does not count/,
  },
  'the DMARC record of the domain above': {
    what: 'dmarc',
    zone: world({
      'mail.meunier.example': GOOD,
      [`_dmarc.${FIRM}`]: { txt: ['v=DMARC1; p=none; sp=quarantine'] },
    }),
    level: 'ok',
    says: /p=quarantine, without reports/,
    ask: { from: 'anna@mail.meunier.example' },
  },
  'a domain written in another script': {
    what: 'mx',
    zone: world({ 'xn--mhle-0ra.example': GOOD }),
    level: 'ok',
    says: /mx\.provider\.example/,
    ask: { from: 'anna@mühle.example' },
  },
  'a name server that fails for one name': {
    what: 'spf',
    zone: world({ '_spf.provider.example': 'refuse' }),
    level: 'attention',
    says: /could not be looked up/,
  },
};

test.each(Object.entries(cases))('%s', async (_, { what, zone, level, says, todo, ask: asking }) => {
  const finding = about(await ask(zone, asking), what);
  expect(finding).toMatchObject({ level, detail: expect.stringMatching(says) });
  if (level === 'ok') expect(finding?.todo).toBeNull();
  else expect(finding?.todo).toMatch(todo ?? /\w/);
});

test.each<[string, Zone | null]>([
  ['has no name server that answers', null],
  ['knows no names but its own', { 'printer.local': { a: ['192.0.2.7'] } }],
  ['has a name server that fails', { [FIRM]: 'refuse' }],
])('a machine that %s is told so, and nothing is wrong', async (_, zone) => {
  const findings = await ask(zone, zone ? {} : { patience: 300 });
  expect(findings.map(({ what, level, ok }) => [what, level, ok])).toEqual(
    ['mx', 'spf', 'dkim', 'dmarc'].map((what) => [what, 'attention', true]),
  );
  expect(findings[0]).toMatchObject({
    detail: 'meunier.example could not be looked up from this machine',
    todo: expect.stringContaining('where names can be looked up'),
  });
});

test.each([
  ['without a mail account', { host: '' }],
  ['of a domain in which anybody may have a mailbox', { host: 'smtp.gmail.com', from: 'anna@gmail.com' }],
])('nobody is asked %s', async (_, asking) => {
  expect(await ask(world(), asking)).toEqual([]);
  expect(running[0]?.asked).toEqual([]);
});
