import { isServerOf, isShared, isWithin } from '../domain/mailProviders.ts';
import type { Settings } from '../domain/settings.ts';
import { attention, fine, type Finding, problem } from './finding.ts';

const PLACE = 'In Settings → Mail account';

/** The address that reminders are from; empty where none was set. */
export const senderAddress = ({ mail, company }: Settings): string => mail.from || company.email;

export const domainOf = (address: string): string => address.split('@')[1]?.toLowerCase() ?? '';

/** Checks that messages are from an address that the mail account may use, and that they go to customers; asks nobody. */
export function checkSender(settings: Settings): Finding[] {
  const { mail } = settings;
  return mail.host ? [sender(settings)] : [];
}

function sender(settings: Settings): Finding {
  const { mail } = settings;
  const from = senderAddress(settings);
  const domain = domainOf(from);
  if (!domain)
    return problem('sender', 'no address to send from', `${PLACE} enter the address that reminders are from.`);
  if (mail.testAddress)
    return attention(
      'sender',
      `${from}, in test mode: customers get nothing`,
      `${PLACE} leave the test mode when you have seen enough.`,
    );
  if (isShared(domain) && !isServerOf(mail.host, domain))
    return attention(
      'sender',
      `${from} is sent by ${mail.host}, which does not belong to ${domain}`,
      `Use the mail server of ${domain}, or an address in a domain of your own: others’ servers distrust the rest.`,
    );
  const own = domainOf(mail.user);
  if (own && !isWithin(own, domain) && !isWithin(domain, own))
    return attention(
      'sender',
      `${from} is not in the domain of the account that signs in, ${mail.user}`,
      `${PLACE} enter an address in ${own} to send from, or make sure that the provider lets this account send for ${domain}.`,
    );
  return fine('sender', from);
}
