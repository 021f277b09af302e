/** One mailbox: a display name and a plain address. */
export interface Mailbox {
  name: string;
  address: string;
}

/**
 * True for exactly one plain address: no display name, list, group, comment, quoting, route or line break, so nothing
 * that a mail library could read as more recipients than one (RELIABILITY §0.8).
 */
export function isAddress(text: string): boolean {
  if (text.length > 254) return false;
  const [local = '', domain = '', ...more] = text.split('@');
  if (more.length || local.length > 64) return false;
  if (!/^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u.test(local)) return false;
  const labels = domain.split('.');
  return labels.every((label) => /^[\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?$/u.test(label)) && domain !== '';
}

/** A display name that cannot break a header: one line, no control characters. */
export const plainName = (name: string): string =>
  name
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .replace(/["<>\\]/g, '')
    .trim();
