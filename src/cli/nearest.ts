/**
 * The known word that somebody who wrote `word` most likely meant, or null when none is near: one that begins with it, or
 * one that a third of its letters turns into it, counted as changed, missing, added or swapped with the next.
 */
export function nearest(word: string, known: readonly string[]): string | null {
  const begun = known.filter((one) => one.startsWith(word));
  if (word.length > 1 && begun.length === 1) return begun[0] ?? null;
  const most = Math.max(1, Math.floor(word.length / 3));
  const [best] = known
    .map((one) => ({ one, changes: changesBetween(word, one) }))
    .filter(({ one, changes }) => changes <= most && changes < one.length)
    .toSorted((a, b) => a.changes - b.changes);
  return best?.one ?? null;
}

/** The fewest letters to change, leave out, add or swap with the next (optimal string alignment). */
function changesBetween(a: string, b: string): number {
  const table = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (_, j) => i || j));
  const at = (i: number, j: number): number => table[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i += 1)
    for (let j = 1; j <= b.length; j += 1) {
      const changed = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swaps = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const best = Math.min(changed, at(i - 1, j) + 1, at(i, j - 1) + 1, swaps ? at(i - 2, j - 2) + 1 : Infinity);
      (table[i] as number[])[j] = best;
    }
  return at(a.length, b.length);
}
