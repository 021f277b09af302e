/** A version as Semantic Versioning 2.0.0 writes it. What comes after a plus says how it was built, and orders nothing. */
interface Parts {
  /** Major, minor and patch. */
  release: readonly string[];
  /** The identifiers before a release, `rc` and `1` of `1.0.0-rc.1`; empty for the release itself. */
  before: readonly string[];
}

/** More than any version of ours has, and less than a file's name may have. */
const LONGEST = 64;
const NUMBER = /^(0|[1-9]\d*)$/;
const IDENTIFIER = /^[0-9A-Za-z-]+$/;
const isNumber = (text: string): boolean => NUMBER.test(text);

/** Whether a text is a version; short enough, and of such characters, that it may be part of a file's name. */
export const isVersion = (text: string): boolean => partsOf(text) !== null;

/**
 * Less than, equal to or greater than zero, as the first version comes before the second, has its place or comes after it
 * (Semantic Versioning 2.0.0, §11). Throws where one is no version.
 */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [partsOf(one), partsOf(other)];
  if (!a || !b) throw new Error(`${a ? other : one} is no version`);
  const byRelease = firstDifference(a.release, b.release, compareNumbers);
  if (byRelease !== 0) return byRelease;
  if (a.before.length === 0 || b.before.length === 0) return b.before.length - a.before.length;
  return firstDifference(a.before, b.before, compareIdentifiers) || a.before.length - b.before.length;
}

function partsOf(text: string): Parts | null {
  if (text.length > LONGEST) return null;
  const [version = '', build, ...more] = text.split('+');
  const dash = version.indexOf('-');
  const release = (dash === -1 ? version : version.slice(0, dash)).split('.');
  const before = dash === -1 ? [] : version.slice(dash + 1).split('.');
  const isWhole =
    more.length === 0 &&
    release.length === 3 &&
    release.every(isNumber) &&
    // 01 would be another way to write 1.
    before.every((part) => IDENTIFIER.test(part) && (isNumber(part) || !/^\d+$/.test(part))) &&
    (build ?? 'none').split('.').every((part) => IDENTIFIER.test(part));
  return isWhole ? { release, before } : null;
}

function firstDifference(
  one: readonly string[],
  other: readonly string[],
  compare: (a: string, b: string) => number,
): number {
  const shared = Math.min(one.length, other.length);
  for (let place = 0; place < shared; place++) {
    const difference = compare(one[place] ?? '', other[place] ?? '');
    if (difference !== 0) return difference;
  }
  return 0;
}

/** By their digits: a number may be larger than what JavaScript counts exactly. */
const compareNumbers = (a: string, b: string): number => a.length - b.length || compareText(a, b);

const compareText = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

function compareIdentifiers(a: string, b: string): number {
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b);
  if (isNumber(a) !== isNumber(b)) return isNumber(a) ? -1 : 1;
  return compareText(a, b);
}
