const HARD_SPACE = '\u00a0';

/**
 * The words of a text in lines of no more than `width` characters where its words allow that, all set in by `indent`; those
 * after the first by `later`, which may be more.
 */
export function wrap(text: string, { width, indent = 0, later = indent }: Measure): string[] {
  const [first = '', ...words] = text.split(/[ \n]+/).filter(Boolean);
  const lines = [' '.repeat(indent) + first];
  for (const word of words) {
    const longer = `${lines.at(-1)} ${word}`;
    if (longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(' '.repeat(later) + word);
  }
  return lines.map((line) => line.replaceAll(HARD_SPACE, ' '));
}

interface Measure {
  width: number;
  indent?: number;
  later?: number;
}

/** The longest piece of code that stays on one line. */
const UNBROKEN = 40;

/** Keeps short pieces of code together: they are easier to read, and to copy. */
export const unbroken = (text: string, code: RegExp): string =>
  text.replace(code, (found) => (found.length <= UNBROKEN ? found.replaceAll(' ', HARD_SPACE) : found));
