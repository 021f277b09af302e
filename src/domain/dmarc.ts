/** What receivers are asked to do with mail that is neither signed nor allowed for the domain it says it is from. */
export type DmarcPolicy = 'none' | 'quarantine' | 'reject';

export interface Dmarc {
  policy: DmarcPolicy;
  /** Whether anybody is told about such mail. */
  reports: boolean;
}

const POLICIES: readonly string[] = ['none', 'quarantine', 'reject'] satisfies DmarcPolicy[];

/** Whether a TXT record is one for DMARC (RFC 7489 §6.6.3). */
export const isDmarc = (text: string): boolean => /^v\s*=\s*DMARC1\s*(;|$)/.test(text);

/** Reads a record (RFC 7489 §6.3); null for one without a policy that there is. `below` when asked for a subdomain. */
export function parseDmarc(record: string, { below = false } = {}): Dmarc | null {
  const tags = tagsOf(record);
  const reports = /^\s*mailto:/i.test(tags.get('rua') ?? '');
  const policy = (below ? tags.get('sp') : undefined) ?? tags.get('p') ?? '';
  if (POLICIES.includes(policy.toLowerCase())) return { policy: policy.toLowerCase() as DmarcPolicy, reports };
  // Whoever collects reports has meant something: such a record counts as `none` (§6.6.3, step 6).
  return reports ? { policy: 'none', reports } : null;
}

/** Whether a TXT record holds the public key of a DKIM signature (RFC 6376 §3.6.1); `gone` when it was taken back. */
export function dkimKey(text: string): 'key' | 'gone' | null {
  const tags = tagsOf(text);
  const version = tags.get('v');
  if ((version !== undefined && version !== 'DKIM1') || !tags.has('p')) return null;
  return tags.get('p') === '' ? 'gone' : 'key';
}

/** `name=value` pairs between semicolons, as DKIM and DMARC write them (RFC 6376 §3.2). */
const tagsOf = (text: string): Map<string, string> =>
  new Map(
    text.split(';').map((tag) => {
      const [name = '', ...value] = tag.split('=');
      return [
        name.trim().toLowerCase(),
        value
          .join('=')
          .replace(/\s+/g, name.trim() === 'p' ? '' : ' ')
          .trim(),
      ];
    }),
  );
