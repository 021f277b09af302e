import { dkimKey, isDmarc, parseDmarc } from '../../src/domain/dmarc.ts';
import { isServerOf, isShared, providerOf } from '../../src/domain/mailProviders.ts';
import { isSpf, letsSomebodySend, parseSpf } from '../../src/domain/spf.ts';

describe('an SPF record (RFC 7208)', () => {
  test.each<[string, string[]]>([
    ['v=spf1 include:_spf.firm.example ~all', ['include', 'all']],
    ['v=spf1 +mx a:mail.firm.example/24//64 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all', ['mx', 'a', 'ip4', 'ip6', 'all']],
    ['v=spf1 A MX PTR exists:%{i}._spf.%{d} redirect=other.example', ['a', 'mx', 'ptr', 'exists', 'redirect']],
    ['v=spf1 exp=why.firm.example unknown-modifier=1 ?all', ['exp', 'unknown-modifier', 'all']],
    ['v=spf1 -all include:late.example', ['all']],
    ['v=spf1', []],
    ['V=SPF1  mx  -all ', ['mx', 'all']],
  ])('is read: %s', (record, names) => {
    expect(isSpf(record)).toBe(true);
    const { terms, wrong } = parseSpf(record);
    expect([wrong, terms.map(({ name }) => name)]).toEqual([null, names]);
  });

  test.each([
    ['v=spf1 inlcude:_spf.firm.example ~all', 'inlcude:_spf.firm.example'],
    ['v=spf1 include:_spf.firm.example ~all; v=spf1 mx', '~all;'],
    ['v=spf1 ipv4:192.0.2.1 -all', 'ipv4:192.0.2.1'],
    ['v=spf1 ip4:mail.firm.example -all', 'ip4:mail.firm.example'],
    ['v=spf1 include: -all', 'include:'],
    ['v=spf1 mx, -all', 'mx,'],
    ['v=spf1 all:firm.example', 'all:firm.example'],
  ])('is void: %s', (record, word) => {
    expect(parseSpf(record).wrong).toBe(word);
  });

  test.each([['v=spf10 mx'], ['v=spf2.0/pra mx'], ['spf1 mx'], ['google-site-verification=x'], [' v=spf1 mx']])(
    'is not one: %s',
    (text) => {
      expect(isSpf(text)).toBe(false);
    },
  );

  test.each([
    ['v=spf1 -all', false],
    ['v=spf1 ~mx -all', false],
    ['v=spf1 mx -all', true],
    ['v=spf1 redirect=_spf.firm.example', true],
    ['v=spf1 +all', true],
  ])('lets somebody send or not: %s', (record, expected) => {
    expect(letsSomebodySend(parseSpf(record).terms)).toBe(expected);
  });
});

describe('a DMARC record (RFC 7489)', () => {
  test.each([
    ['v=DMARC1; p=none', {}, { policy: 'none', reports: false }],
    ['v=DMARC1;p=reject;rua=mailto:dmarc@firm.example', {}, { policy: 'reject', reports: true }],
    ['v=DMARC1; p=QUARANTINE; sp=reject; pct=50', {}, { policy: 'quarantine', reports: false }],
    ['v=DMARC1; p=quarantine; sp=reject', { below: true }, { policy: 'reject', reports: false }],
    ['v=DMARC1; p=quarantine', { below: true }, { policy: 'quarantine', reports: false }],
    ['v=DMARC1; rua=mailto:dmarc@firm.example', {}, { policy: 'none', reports: true }],
    ['v=DMARC1; p=strict', {}, null],
    ['v=DMARC1', {}, null],
  ])('%s %j', (record, about, expected) => {
    expect(isDmarc(record)).toBe(true);
    expect(parseDmarc(record, about)).toEqual(expected);
  });

  test.each(['v=DMARC2; p=none', 'p=none; v=DMARC1', 'v=DMARC10; p=none'])('is not one: %s', (text) => {
    expect(isDmarc(text)).toBe(false);
  });
});

test.each([
  ['v=DKIM1; k=rsa; p=MIIBIjANBgkq', 'key'],
  ['k=rsa; p=MIIBIjANBgkq', 'key'],
  ['v=DKIM1; p=', 'gone'],
  ['v=DKIM2; p=MIIB', null],
  ['v=spf1 -all', null],
])('a DKIM key (RFC 6376): %s', (text, expected) => {
  expect(dkimKey(text)).toBe(expected);
});

test.each([
  ['smtp.gmail.com', 'Google'],
  ['SMTP.Office365.com', 'Microsoft'],
  ['ssl0.ovh.net', 'OVHcloud'],
  ['pro1.mail.ovh.net', 'OVHcloud'],
  ['mail.gandi.net', 'Gandi'],
  ['smtp.ionos.de', 'IONOS'],
  ['mail.infomaniak.com', 'Infomaniak'],
  ['smtps.aruba.it', 'Aruba'],
  ['in-v3.mailjet.com', 'Mailjet'],
  ['smtp-relay.brevo.com', 'Brevo'],
  ['email-smtp.eu-west-1.amazonaws.com', 'Amazon SES'],
  ['ec2-1-2-3-4.compute.amazonaws.com', null],
  ['smtp.postmarkapp.com', 'Postmark'],
  ['notgmail.com', null],
  ['mail.firm.example', null],
])('the server %s is of %s', (server, name) => {
  expect(providerOf(server)?.name ?? null).toBe(name);
});

test.each([
  ['smtp.gmail.com', 'gmail.com', true],
  ['smtp.office365.com', 'hotmail.fr', true],
  ['mail.gmx.net', 'gmx.de', true],
  ['smtp.orange.fr', 'wanadoo.fr', true],
  ['smtp.mail.me.com', 'icloud.com', true],
  ['smtp.mail.yahoo.co.uk', 'yahoo.co.uk', true],
  ['smtp-relay.brevo.com', 'gmail.com', false],
  ['ssl0.ovh.net', 'orange.fr', false],
])('%s may send for the mailboxes of %s: %s', (server, domain, expected) => {
  expect([isShared(domain), isServerOf(server, domain)]).toEqual([true, expected]);
});

test('a firm’s own domain is nobody else’s', () => {
  expect(isShared('meunier.example')).toBe(false);
});
