import { isIPv4, isIPv6 } from 'node:net';

/**
 * The network that a visitor comes from, `203.0.113.0/24` or `2001:db8:7::/48`: enough to see that many tries have one
 * origin, too little to name a household. Empty for what is no address.
 */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (isIPv4(plain)) return `${plain.split('.').slice(0, 3).join('.')}.0/24`;
  if (!isIPv6(plain)) return '';
  const [before = '', after] = plain.toLowerCase().split('::');
  const head = before === '' ? [] : before.split(':');
  const missing = 8 - head.length - (after ?? '').split(':').filter(Boolean).length;
  const groups = [...head, ...(after === undefined ? [] : Array.from({ length: missing }, () => '0'))];
  return `${groups.slice(0, 3).join(':')}::/48`;
}
