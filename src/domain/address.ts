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
