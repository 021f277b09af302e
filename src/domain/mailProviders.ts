/** What a provider of mail asks of the domain in whose name it sends. */
export interface MailProvider {
  name: string;
  /** The names of its mail servers. */
  servers: RegExp;
  /**
   * What the domain's SPF record includes, the first where there are several to choose from. Empty for those who send under
   * a name of their own: there SPF asks for that one, and DKIM alone speaks for the domain.
   */
  spf: readonly string[];
  /** The selectors of its DKIM keys, where they are the same for everybody. */
  selectors: readonly string[];
  /** Whether it wants a password made for the program instead of the one of the mailbox. */
  appPassword?: boolean;
}

/** As their help pages and published zones had it in November 2026; docs/self-hosting.md says the same. */
const PROVIDERS: readonly MailProvider[] = [
  {
    name: 'Google',
    servers: /(^|\.)(gmail|googlemail)\.com$/i,
    spf: ['_spf.google.com'],
    selectors: ['google'],
    appPassword: true,
  },
  {
    name: 'Microsoft',
    servers: /(^|\.)(office365|outlook)\.com$/i,
    spf: ['spf.protection.outlook.com'],
    selectors: ['selector1', 'selector2'],
  },
  { name: 'OVHcloud', servers: /(^|\.)ovh\.(net|ca)$/i, spf: ['mx.ovh.com'], selectors: [] },
  {
    name: 'Gandi',
    servers: /(^|\.)gandi\.net$/i,
    spf: ['_mailcust.gandi.net'],
    selectors: ['gm1', 'gm2', 'gm3'],
  },
  {
    name: 'IONOS',
    servers: /(^|\.)ionos\.(com|de|fr|it|es|at|ca|co\.uk)$/i,
    spf: ['_spf-eu.ionos.com', '_spf-us.ionos.com'],
    selectors: ['s1-ionos', 's2-ionos'],
  },
  { name: 'Infomaniak', servers: /(^|\.)infomaniak\.(com|ch)$/i, spf: ['spf.infomaniak.ch'], selectors: [] },
  { name: 'Aruba', servers: /(^|\.)aruba\.it$/i, spf: ['_spf.aruba.it'], selectors: ['a1'] },
  { name: 'Mailjet', servers: /(^|\.)mailjet\.com$/i, spf: [], selectors: ['mailjet'] },
  {
    name: 'Brevo',
    servers: /(^|\.)(brevo|sendinblue)\.com$/i,
    spf: [],
    selectors: ['brevo1', 'brevo2', 'mail'],
  },
  { name: 'Amazon SES', servers: /^email-smtp[\w.-]*\.amazonaws\.com$/i, spf: [], selectors: [] },
  { name: 'Postmark', servers: /(^|\.)postmarkapp\.com$/i, spf: [], selectors: [] },
];

/** The provider whose mail server this is; null for any other. */
export const providerOf = (server: string): MailProvider | null =>
  PROVIDERS.find(({ servers }) => servers.test(server)) ?? null;

/** Whether a name is the other one, or below it. */
export const isWithin = (name: string, other: string): boolean =>
  `.${name.toLowerCase()}`.endsWith(`.${other.toLowerCase()}`);

/** Domains in which anybody may have a mailbox: their records are not for their users to mend. */
const SHARED: ReadonlySet<string> = new Set(
  `gmail.com googlemail.com outlook.com outlook.fr outlook.it outlook.de hotmail.com hotmail.fr hotmail.it hotmail.de hotmail.co.uk
   live.com live.fr live.it msn.com yahoo.com yahoo.fr yahoo.it yahoo.de yahoo.co.uk ymail.com aol.com icloud.com me.com mac.com
   gmx.de gmx.net gmx.at gmx.ch gmx.fr gmx.com web.de t-online.de freenet.de mail.de posteo.de orange.fr wanadoo.fr free.fr sfr.fr
   neuf.fr laposte.net bbox.fr numericable.fr libero.it virgilio.it tiscali.it alice.it tin.it tim.it email.it fastwebnet.it bluewin.ch
   proton.me protonmail.com btinternet.com skynet.be telenet.be ziggo.nl kpnmail.nl`.split(/\s+/),
);
/** Names under which one provider is known; else its server bears the name of its mailboxes. */
const FAMILIES: readonly string[][] = [
  ['gmail', 'googlemail'],
  ['outlook', 'hotmail', 'live', 'msn', 'office365'],
  ['yahoo', 'ymail', 'aol'],
  ['icloud', 'me', 'mac'],
  ['orange', 'wanadoo'],
  ['sfr', 'neuf', 'numericable'],
  ['tim', 'alice', 'tin'],
  ['proton', 'protonmail'],
];

export const isShared = (domain: string): boolean => SHARED.has(domain.toLowerCase());

/** Whether a mail server is the one of a shared domain. */
export function isServerOf(server: string, domain: string): boolean {
  const label = labelOf(domain);
  const family = FAMILIES.find((names) => names.includes(label)) ?? [label];
  return family.includes(labelOf(server));
}

/** The part of a name that somebody has bought: `gmx` of mail.gmx.net, `yahoo` of smtp.mail.yahoo.co.uk. */
function labelOf(name: string): string {
  const labels = name.toLowerCase().split('.');
  const end = labels.at(-2) === 'co' ? -3 : -2;
  return labels.at(end) ?? name;
}
