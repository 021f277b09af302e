/** A point of a drawn plan, with up to two lines of words on one side of the line. */
export interface Point {
  /** Percent of the width. */
  x: number;
  mark: string;
  title: string;
  label: string;
  above: boolean;
  kind: string;
}

/** A plan drawn as a line. */
export interface Line {
  points: Point[];
  /** The due date: percent of the width and its word; null for a recap, which has none. */
  due: { x: number; label: string } | null;
  /** What the drawing says, for those who do not see it. */
  words: string;
}

/** Room for words at both ends, and the least distance that keeps points apart, in percent. */
const ENDS = { from: 9, to: 91 };
const LEAST = 9;

/** Places days on a line from left to right: in proportion, but never so close that points touch. Returns percent by day. */
export function placesOf(days: readonly number[]): Map<number, number> {
  const sorted = [...new Set(days)].toSorted((a, b) => a - b);
  const first = sorted[0] ?? 0;
  const span = Math.max(1, (sorted.at(-1) ?? 0) - first);
  const width = ENDS.to - ENDS.from;
  const least = Math.min(LEAST, width / Math.max(1, sorted.length - 1));
  const places: number[] = [];
  for (const day of sorted) places.push(Math.max(((day - first) / span) * width, (places.at(-1) ?? -least) + least));
  const scale = width / Math.max(width, places.at(-1) ?? 0);
  const shift = sorted.length === 1 ? width / 2 : 0;
  return new Map(sorted.map((day, index) => [day, ENDS.from + shift + (places[index] ?? 0) * scale]));
}

/** As much of a name as fits beside its neighbours. */
export const shortened = (text: string, length = 22): string =>
  text.length > length ? `${text.slice(0, length - 1).trimEnd()}…` : text;
