import type { Sheet } from './sheet.ts';

/** A piece of the text that no page break divides: a line, a row, a block. Lengths in points. */
export interface Strip {
  height: number;
  /** Draws it with its top edge at `y`. */
  draw?: (sheet: Sheet, y: number) => void;
  /** Stands on the same page as the one after it. */
  withNext?: boolean;
  /** Empty, and left out at the top of a page. */
  gap?: boolean;
  /** What is repeated above it when it begins a page: the head of its table. */
  head?: Strip;
}

export interface Pages {
  /** Where the text of the first page begins, that of the others, and where it ends. */
  first: number;
  following: number;
  bottom: number;
  /** Adds a page. */
  next: () => Sheet;
}

/**
 * Sets strips one below the other over as many pages as they need. Those that belong together move together, unless a
 * whole page could not hold them.
 */
export function flow(strips: readonly Strip[], { first, following, bottom, next }: Pages): void {
  let sheet = next();
  let y = first;
  let top = first;
  const turn = (): void => {
    sheet = next();
    y = top = following;
  };
  const set = (strip: Strip): void => {
    if (strip.gap && y === top) return;
    strip.draw?.(sheet, y);
    y += strip.height;
  };
  for (const chain of chainsOf(strips)) {
    const height = heightOf(chain);
    if (y > top && y + height > bottom && headed(chain) <= bottom - following) turn();
    for (const strip of chain) {
      if (y > top && y + strip.height > bottom) turn();
      if (y === top && strip.head && !strip.gap) set(strip.head);
      set(strip);
    }
  }
}

const heightOf = (strips: readonly Strip[]): number => strips.reduce((sum, { height }) => sum + height, 0);

/** How high strips are at the top of a page. */
const headed = (chain: readonly Strip[]): number => (chain[0]?.head?.height ?? 0) + heightOf(chain);

/** The strips in groups that stay together; a gap after the last of a group belongs to none. */
function chainsOf(strips: readonly Strip[]): Strip[][] {
  const chains: Strip[][] = [[]];
  for (const strip of strips) {
    chains.at(-1)?.push(strip);
    if (!strip.withNext) chains.push([]);
  }
  return chains.filter((chain) => chain.length > 0);
}
