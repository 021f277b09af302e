import { type Block, manualSections, paragraphsOf, type Section } from '../src/cli/manual/layout.ts';
import { wrap } from '../src/cli/manual/wrap.ts';

const WIDTH = 120;

/** The manual as Markdown, laid out like a man page: what docs/cli.md holds. */
export const manualPage = (): string =>
  [
    '# dunwell(1)',
    '<!-- Made by `npm run docs` from src/cli/manual; change the text there. `dunwell help --all` prints the same. -->',
    ...manualSections().flatMap((section) => sectionText(section, 2)),
    '## SEE ALSO',
    '[Self-hosting](self-hosting.md) · [Backup](backup.md) · [Archive format](archive.md) · [Security](security.md)',
  ].join('\n\n') + '\n';

/** The headings of a command's own parts are bold words: they would drown the table of contents. */
function sectionText({ title, blocks, parts = [] }: Section, level: number): string[] {
  const heading = level <= 3 ? `${'#'.repeat(level)} ${title}` : `**${title}**`;
  return [heading, ...blocks.flatMap(blockText), ...parts.flatMap((part) => sectionText(part, level + 1))];
}

function blockText(block: Block): string[] {
  if ('text' in block) return paragraphsOf(block.text).map((text) => lines(text));
  if ('calls' in block) return [fenced(block.calls)];
  if ('examples' in block) return [fenced(block.examples.map(({ line, meaning }) => `# ${meaning}\n${line}`))];
  return [block.terms.map(({ term, meaning }) => lines(`- \`${term}\`: ${meaning}`, 2)).join('\n')];
}

const lines = (text: string, later = 0): string => wrap(text, { width: WIDTH, later }).join('\n');

const fenced = (code: readonly string[]): string => ['```sh', ...code, '```'].join('\n');
