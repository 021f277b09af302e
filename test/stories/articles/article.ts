/** An article by its sentences, in its order, each under a short name of our own. */
export type Article = Readonly<Record<string, string>>;

/** What no test walks through: why not yet and what stands in today, or why the sentence promises nothing. */
export type Excuses<A extends Article> = Readonly<Partial<Record<keyof A, string>>>;

/**
 * Tells an article: each `tells` is one test with the sentence as its title. `ends` says that every sentence is told,
 * put off with a reason or no promise, once, and that the tests stand in the article's order.
 */
export function storyOf<A extends Article>(
  article: A,
  { later, noPromise }: { later: Excuses<A>; noPromise: Excuses<A> },
): { tells(sentence: keyof A & string, how: () => Promise<void>): void; ends(): void } {
  const told: string[] = [];
  return {
    tells(sentence, how) {
      told.push(sentence);
      test(`“${shortened(article[sentence] ?? '')}”`, how);
    },
    ends() {
      test('every sentence of the article is told, in its order', () => {
        const excused = [...Object.keys(later), ...Object.keys(noPromise)];
        const all = Object.keys(article);
        expect(told).toEqual(all.filter((sentence) => !excused.includes(sentence)));
        expect(new Set(excused).size).toBe(excused.length);
        expect(excused.filter((sentence) => !all.includes(sentence))).toEqual([]);
      });
    },
  };
}

const LONGEST = 90;
const shortened = (sentence: string): string =>
  sentence.length <= LONGEST ? sentence : `${sentence.slice(0, sentence.lastIndexOf(' ', LONGEST))} …`;
