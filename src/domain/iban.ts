/** Lengths of the IBANs of the countries that use them (ISO 13616, SWIFT's register). */
const LENGTHS: Readonly<Record<string, number>> = {
  ...lengths(15, 'NO'),
  ...lengths(16, 'BE'),
  ...lengths(18, 'DK FI FK FO GL NL SD'),
  ...lengths(19, 'MK SI'),
  ...lengths(20, 'AT BA EE KZ LT LU MN XK'),
  ...lengths(21, 'CH CR HR LI LV'),
  ...lengths(22, 'BG BH DE GB GE IE ME RS VA'),
  ...lengths(23, 'AE GI IL IQ OM SO TL'),
  ...lengths(24, 'AD CZ ES MD PK RO SA SE SK TN VG'),
  ...lengths(25, 'LY PT ST'),
  ...lengths(26, 'IS TR'),
  ...lengths(27, 'BI DJ FR GR IT MC MR SM'),
  ...lengths(28, 'AL AZ BY CY DO GT HN HU LB NI PL SV'),
  ...lengths(29, 'BR EG PS QA UA'),
  ...lengths(30, 'JO KW MU YE'),
  ...lengths(31, 'MT SC'),
  ...lengths(32, 'LC'),
  ...lengths(33, 'RU'),
};

function lengths(length: number, countries: string): Record<string, number> {
  return Object.fromEntries(countries.split(' ').map((country) => [country, length]));
}

/** An IBAN or a reference without blanks, in capitals: as machines read it. */
export const withoutBlanks = (text: string): string => text.replace(/[\s\u00AD\u200B]+/g, '').toUpperCase();

/** The same in groups of four, as people read it; the last group may be shorter. */
export const inFours = (text: string): string => withoutBlanks(text).replace(/.{4}/g, '$& ').trim();

/**
 * What is left when the text is read as a number, letters counting from A = 10, and divided by 97 (ISO 7064 MOD 97-10):
 * 1 for what carries right check digits. The first four characters move to the end first, as IBAN and RF have it.
 */
export function remainder97(text: string): number {
  const digits = [...text.slice(4), ...text.slice(0, 4)].map((char) => parseInt(char, 36)).join('');
  return Number(BigInt(digits) % 97n);
}

/** True for an IBAN with right check digits (ISO 13616) and, for a country that is known here, of the right length. Blanks do not matter. */
export function isIban(text: string): boolean {
  const iban = withoutBlanks(text);
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(iban)) return false;
  const length = LENGTHS[iban.slice(0, 2)];
  return (length === undefined || length === iban.length) && remainder97(iban) === 1;
}

/** True for a BIC of eight or eleven characters (ISO 9362). */
export const isBic = (text: string): boolean => /^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$/.test(withoutBlanks(text));
