import { dkimKey, type Dmarc, isDmarc, parseDmarc } from '../domain/dmarc.ts';
import type { MailProvider } from '../domain/mailProviders.ts';
import type { Names } from './askNames.ts';
import { attention, fine, type Finding, problem } from './finding.ts';

/** The domain that reminders are from, who sends for it, and whom to ask about it. */
export interface Domain {
  name: string;
  provider: MailProvider | null;
  names: Names;
}

export type Question = (domain: Domain) => Promise<Finding>;

/**
 * Looks for the key that signatures are checked with (RFC 6376). It lies under a name that only the sender knows, the
 * selector: the one given, else those that the provider is known to use.
 */
export async function dkim({ name, provider, names }: Domain, selector: string | null): Promise<Finding> {
  const wanted = selector === null ? (provider?.selectors ?? []) : [selector];
  const found = await Promise.all(
    wanted.map(async (one) => ({ one, key: keyOf((await names.texts(`${one}._domainkey.${name}`)) ?? []) })),
  );
  const there = found.filter(({ key }) => key === 'key').map(({ one }) => one);
  if (there.length > 0) return fine('dkim', `${name} has a key under ${there.join(', ')}`);
  if (selector !== null)
    return problem(
      'dkim',
      `${name} has no key under ${selector}${found[0]?.key === 'gone' ? ': it was taken back' : ''}`,
      'Publish the key that the mail provider shows under DKIM, under that very name.',
    );
  if (wanted.length > 0)
    return attention(
      'dkim',
      `${name} has no key under ${wanted.join(' or ')}, where ${provider?.name} mostly keeps it`,
      `Turn DKIM on in ${provider?.name}’s settings, and publish what it shows; ${LOOK}`,
    );
  return attention('dkim', 'not looked for: only a received message tells the name of the key', `Look once: ${LOOK}`);
}

const LOOK =
  'send yourself a test (in Templates: Send me a test), open its source, find s=NAME after “DKIM-Signature:”, and run dunwell check --dkim NAME.';

const keyOf = (texts: readonly string[]): 'key' | 'gone' | null =>
  texts.map(dkimKey).find((key) => key !== null) ?? null;

/** Looks what receivers are asked to do with mail that nothing speaks for (RFC 7489). */
export const dmarc: Question = async ({ name, names }) => {
  const found = await policyOf(name, names);
  if (found === 'none')
    return attention(
      'dmarc',
      `${name} has no DMARC record`,
      `Publish as a TXT record of _dmarc.${name}: v=DMARC1; p=none; rua=mailto: and an address of yours that may get reports.`,
    );
  if (found === 'void')
    return attention(
      'dmarc',
      `the DMARC record of ${name} does not count: there are two, or it has no p= that there is`,
      `Leave one TXT record at _dmarc.${name}, such as v=DMARC1; p=none`,
    );
  const { policy, reports } = found;
  return fine('dmarc', `p=${policy}${reports ? ', with reports' : ', without reports'}`);
};

/** A domain's own record, else that of the domain it lies in (RFC 7489 §6.6.3), which may ask otherwise of what is below it. */
async function policyOf(name: string, names: Names): Promise<Dmarc | 'none' | 'void'> {
  const labels = name.split('.');
  for (let from = 0; from <= Math.max(0, labels.length - 2); from++) {
    const records = ((await names.texts(`_dmarc.${labels.slice(from).join('.')}`)) ?? []).filter(isDmarc);
    if (records.length > 1) return 'void';
    if (records[0] !== undefined) return parseDmarc(records[0], { below: from > 0 }) ?? 'void';
  }
  return 'none';
}
