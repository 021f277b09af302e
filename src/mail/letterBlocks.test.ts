import type { LetterBlock } from '../domain/letter.ts';
import { letterBlocks } from './letterBlocks.ts';
import { sanitise } from './sanitise.ts';

const PLACE = 'table-goes-here';
const blocks = (html: string): LetterBlock[] => letterBlocks(sanitise(html), PLACE);
/** The blocks in one line each: what kind, how far in, and the words with their styles. */
const inShort = (html: string): string[] =>
  blocks(html).map((block) => {
    if (block.kind === 'rule' || block.kind === 'table') return block.kind;
    const words = block.runs
      .map(({ text, ...styles }) => {
        const marks = Object.keys(styles).map((style) => style[0]);
        return marks.length ? `${marks.join('')}<${text}>` : text;
      })
      .join('');
    if (block.kind === 'item') return `${block.kind} ${block.depth} ${block.marker} ${words}`;
    return block.kind === 'paragraph' && block.indent
      ? `${block.kind} ${block.indent} ${words}`
      : `${block.kind} ${words}`;
  });

test.each<[string, string, string[]]>([
  ['paragraphs', '<p>One</p>\n<p>Two</p>', ['paragraph One', 'paragraph Two']],
  ['words that stand in nothing', 'One<p>Two</p>Three', ['paragraph One', 'paragraph Two', 'paragraph Three']],
  ['blanks as a browser reads them', '<p>  a\n  b <strong> c</strong> </p>', ['paragraph a b b< c>']],
  ['line breaks', '<p><br>a<br><br>b<br></p>', ['paragraph a\n\nb']],
  ['blanks that must not break', '<p>1&nbsp;000&#8239;€</p>', ['paragraph 1\u00A0000\u202F€']],
  ['styles, one inside the other', '<p><b>a<i>b</i></b><u>c</u><s>d</s></p>', ['paragraph b<a>bi<b>u<c>s<d>']],
  ['headings', '<h1>A</h1><h2>B</h2><p>c</p>', ['heading A', 'heading B', 'paragraph c']],
  ['a list of bullets', '<ul><li>a</li><li>b</li></ul>', ['item 0 • a', 'item 0 • b']],
  ['a numbered list', '<ol><li>a</li><li>b</li></ol><p>c</p>', ['item 0 1. a', 'item 0 2. b', 'paragraph c']],
  [
    'lists inside lists',
    '<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>',
    ['item 0 1. a', 'item 1 • b', 'item 0 2. c'],
  ],
  ['paragraphs inside an item', '<ul><li><p>a</p><p>b</p></li></ul>', ['item 0 • a', 'paragraph 1 b']],
  ['a quotation', '<blockquote><p>a</p></blockquote>b', ['paragraph 1 a', 'paragraph b']],
  ['a rule', '<p>a</p><hr><p>b</p>', ['paragraph a', 'rule', 'paragraph b']],
  ['the place of the table', `<p>a</p><p>${PLACE}</p><p>b</p>`, ['paragraph a', 'table', 'paragraph b']],
  ['the place of the table among words', `<p>a ${PLACE} b</p>`, ['paragraph a', 'table', 'paragraph b']],
  [
    'a table that somebody wrote',
    '<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>',
    ['paragraph a\u00A0\u00A0 b', 'paragraph c'],
  ],
  [
    'links, with the address that paper cannot follow',
    '<p><a href="https://example.org/pay">pay here</a> or <a href="https://example.org">https://example.org</a></p>',
    ['paragraph pay here (https://example.org/pay) or https://example.org'],
  ],
  ['addresses of mail', '<p><a href="mailto:a@b.test">write</a></p>', ['paragraph write (a@b.test)']],
  ['nothing', '<p> </p><p><br></p><ul><li></li></ul>', []],
])('%s', (_, html, expected) => expect(inShort(html)).toEqual(expected));

test('no HTML makes it fail, and every word is kept', () => {
  const odd = '</p><li>a</ul><p>b<h1>c</p>d<blockquote>e<td>f<ol><p>g</li>h';
  const text = inShort(odd).join(' ');
  for (const letter of 'abcdefgh') expect(text).toMatch(new RegExp(`\\b${letter}\\b`));
});
