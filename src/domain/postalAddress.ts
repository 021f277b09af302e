/** An address as it is kept; whatever is not known is empty. */
export interface PostalAddress {
  name: string;
  /** Several lines where it has them. */
  street: string;
  postcode: string;
  city: string;
  /** ISO 3166 alpha-2. */
  country: string | null;
}

/** Where the town stands alone and the postcode below it. */
const POSTCODE_BELOW = new Set(['GB', 'GG', 'IE', 'IM', 'JE']);
/** Where the postcode follows the town. */
const POSTCODE_AFTER = new Set(['AU', 'CA', 'IN', 'NZ', 'SG', 'US', 'ZA']);

/** More lines than this are not read by the sorting machines (NF Z 10-011, DIN 5008). */
export const MOST_LINES = 6;

/** The lines of street and town, in the order of the address's own country. */
export function townLines({ street, postcode, city, country }: Omit<PostalAddress, 'name'>): string[] {
  return [...street.split(/\r?\n/), ...townOf(postcode, city, country ?? '')]
    .map((line) => line.trim())
    .filter(Boolean);
}

function townOf(postcode: string, city: string, country: string): string[] {
  if (POSTCODE_BELOW.has(country)) return [city, postcode];
  return [POSTCODE_AFTER.has(country) ? `${city} ${postcode}` : `${postcode} ${city}`];
}

/**
 * An address as it stands on an envelope: the firm, the person in it, street, town, and the country's name where the letter
 * goes abroad. At most six lines: the person gives way first, then what is between the firm and the town.
 */
export function addressLines(
  address: PostalAddress,
  { attention, country }: { attention: string; country: string },
): string[] {
  const end = [...townLines({ ...address, street: '' }), country.toLocaleUpperCase()].filter(Boolean);
  const street = address.street
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
  const room = MOST_LINES - 1 - end.length;
  const between = attention && street.length < room ? [attention, ...street] : street.slice(-room);
  return [address.name.trim(), ...between, ...end].filter(Boolean);
}
