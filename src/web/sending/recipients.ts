import { isAddress } from '../../domain/address.ts';
import type { HandRecipient } from '../../services/writeByHand.ts';

/** One recipient as it was typed: `Claire <claire@x.fr>` or a bare address. */
export interface Typed {
  name: string;
  address: string;
}

/** A message to more than these is no reminder. */
export const MOST_ADDRESSES = 50;

/**
 * Recipients as people type and paste them: separated by commas, semicolons or lines, each an address or a name with the
 * address in angle brackets. What is no address comes back as it was typed, so that it can be shown and mended.
 */
export function readRecipients(text: string): Typed[] {
  const found = partsOf(text).map(typedOf);
  const seen = new Set<string>();
  return found.filter(({ address }) => {
    const key = address.toLowerCase();
    return key !== '' && !seen.has(key) && seen.add(key);
  });
}

/** A comma inside quotes or angle brackets parts nothing. */
const partsOf = (text: string): string[] => text.match(/(?:"[^"]*"|<[^<>]*>|[^,;\r\n"<]|["<])+/g) ?? [];

function typedOf(part: string): Typed {
  const [, name = '', address = ''] = /^([^<]*)<([^<>]*)>\s*$/.exec(part) ?? [];
  if (address) return { name: plain(name), address: address.trim().replace(/^mailto:/i, '') };
  return { name: '', address: part.trim().replace(/^mailto:/i, '') };
}

const plain = (name: string): string =>
  name
    .trim()
    .replace(/^["']|["']$/g, '')
    .trim();

/** A recipient in a text field, so that reading it again gives the same one. */
export const written = ({ name, address }: Typed): string => {
  if (!name) return address;
  return /[,;"<>]/.test(name) ? `"${name.replace(/["<>]/g, '')}" <${address}>` : `${name} <${address}>`;
};

/** Both fields as recipients: who is in both is written to once, in "To". */
export function recipientsOf(to: string, cc: string): HandRecipient[] {
  const first = readRecipients(to);
  const taken = new Set(first.map(({ address }) => address.toLowerCase()));
  return [
    ...first.map((one) => ({ kind: 'to' as const, ...one })),
    ...readRecipients(cc)
      .filter(({ address }) => !taken.has(address.toLowerCase()))
      .map((one) => ({ kind: 'cc' as const, ...one })),
  ];
}

/** What is no address, as it was typed. */
export const wrongOnes = (text: string): string[] =>
  readRecipients(text)
    .map(({ address }) => address)
    .filter((address) => !isAddress(address));
