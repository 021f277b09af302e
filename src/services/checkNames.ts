import { isShared, type MailProvider, providerOf } from '../domain/mailProviders.ts';
import type { Settings } from '../domain/settings.ts';
import { MOST_LOOKUPS } from '../domain/spf.ts';
import { askNames, type Asking, isNoAnswer } from './askNames.ts';
import { domainOf, senderAddress } from './checkSender.ts';
import { dkim, dmarc, type Domain, type Question } from './checkSigning.ts';
import { attention, type Checked, fine, type Finding, problem } from './finding.ts';
import { readSpf, type Spf, type SpfTrouble } from './readSpf.ts';

/** `selector` names the DKIM key to look for, as a received message has it after `s=`. */
export type NamesHome = Asking & { selector?: string | null | undefined };

/**
 * Asks the name servers what the world knows of the domain that reminders are from: whether answers can come back, and what
 * speaks for its mail. A machine that can ask nobody is told so, and nothing else. Nothing where no mail account is connected,
 * and of a domain in which anybody may have a mailbox: its records are not for its users to mend.
 */
export async function checkNames(settings: Settings, { selector, ...asking }: NamesHome = {}): Promise<Finding[]> {
  const name = domainOf(senderAddress(settings));
  if (!settings.mail.host || !name || isShared(name)) return [];
  const provider = providerOf(settings.mail.host);
  return askNames(async (names) => {
    const domain = { name, provider, names };
    const questions: [Checked, Question][] = [
      ['mx', mailServers],
      ['spf', spf],
      ['dkim', (about) => dkim(about, selector ?? null)],
      ['dmarc', dmarc],
    ];
    const known = await isKnown(domain);
    return Promise.all(questions.map(([what, ask]) => (known ? orUnasked(what, domain, ask) : unasked(what, domain))));
  }, asking);
}

/** Where not even the ending of a name is known, as on a machine without a network, “there is no such name” means nothing. */
const isKnown = async ({ name, names }: Domain): Promise<boolean> =>
  orNoAnswer(async () => (await names.mailServers(name)) !== null || names.knowsEnding(name), false);

const orUnasked = (what: Checked, domain: Domain, ask: Question): Promise<Finding> =>
  orNoAnswer(() => ask(domain), unasked(what, domain));

async function orNoAnswer<T>(ask: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (isNoAnswer(error)) return otherwise;
    throw error;
  }
}

const unasked = (what: Checked, { name }: Domain): Finding =>
  attention(
    what,
    `${name} could not be looked up from this machine`,
    'Check again where names can be looked up (DNS), or compare by hand with docs/self-hosting.md.',
  );

const mailServers: Question = async ({ name, names }) => {
  const found = await names.mailServers(name);
  if (found === null)
    return problem(
      'mx',
      `there is no domain ${name}`,
      'Correct the address that reminders are from, or have the domain registered again.',
    );
  const [first] = found;
  if (first) return fine('mx', `mail to ${name} goes to ${found.slice(0, 2).join(', ')}`);
  const receives = first === undefined && (await names.hasAddress(name));
  const todo = `Publish the MX records of the provider whose mailbox you have: else answers are lost, and some servers refuse mail from ${name}.`;
  return receives
    ? attention('mx', `${name} has no MX record, only the address of a machine`, todo)
    : problem('mx', `${name} takes no mail`, todo);
};

const spf: Question = async ({ name, provider, names }) => {
  const found = await readSpf(name, names);
  if (!found) return withoutSpf(name, provider);
  const { record, lookups, trouble } = found;
  if (trouble) return problem('spf', troubleWords(trouble), troubleTodo(trouble, name));
  if (lookups > MOST_LOOKUPS)
    return problem(
      'spf',
      `the record of ${name} makes receivers ask ${lookups} questions, and they stop at ${MOST_LOOKUPS}`,
      'Take out of the record what no longer sends mail for you.',
    );
  if (!found.somebody)
    return problem(
      'spf',
      `${name} says that nobody sends its mail: ${record}`,
      publish(provider, 'Change the record to'),
    );
  if (found.everybody)
    return attention('spf', `${name} lets everybody send in its name: ${record}`, 'End the record with ~all instead.');
  return ofTheProvider(name, provider, found);
};

function withoutSpf(name: string, provider: MailProvider | null): Finding {
  if (provider?.spf.length === 0)
    return fine('spf', `none for ${name}; ${provider.name} sends under a name of its own, so DKIM speaks for you`);
  return attention('spf', `${name} has no SPF record`, publish(provider, `Publish as a TXT record of ${name}:`));
}

function ofTheProvider(name: string, provider: MailProvider | null, { record, included, lookups }: Spf): Finding {
  const wanted = provider?.spf ?? [];
  if (wanted.length === 0 || wanted.some((one) => included.has(one)))
    return fine('spf', `${record} (${lookups} of ${MOST_LOOKUPS} questions)`);
  return attention(
    'spf',
    `${name} does not name ${provider?.name}, which sends your mail: ${record}`,
    `Add include:${wanted[0]} to this record, before its last word; leave it as it is if it lists ${provider?.name}’s servers by number.`,
  );
}

const publish = (provider: MailProvider | null, begin: string): string =>
  provider?.spf[0]
    ? `${begin} v=spf1 include:${provider.spf[0]} ~all`
    : `${begin} v=spf1, the include: that your mail provider’s help page names, and ~all at the end.`;

const troubleWords = ({ name, kind, word }: SpfTrouble): string =>
  ({
    several: `${name} has two SPF records, so none counts`,
    unreadable: `the SPF record of ${name} cannot be read: ${word}`,
    missing: `the record includes ${name}, which has none`,
    circle: `the record of ${name} includes itself`,
  })[kind];

function troubleTodo({ name, kind, word }: SpfTrouble, domain: string): string {
  if (kind === 'missing') return `Take include:${name} out of the record of ${domain}, or correct it.`;
  if (name !== domain) return `Ask whoever runs ${name} to mend it, or take it out of the record of ${domain}.`;
  if (kind === 'several') return 'Join them into one that begins with v=spf1 once and ends with one ~all.';
  return kind === 'circle' ? 'Take that include: out.' : `Correct or take out “${word}”.`;
}
