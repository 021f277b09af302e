import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

type Tool = 'pdftotext' | 'pdftoppm' | 'qpdf' | 'zbarimg';

const found = new Map<Tool, boolean>();

function has(tool: Tool): boolean {
  const known = found.get(tool);
  if (known !== undefined) return known;
  const there = spawnSync(tool, ['--version'], { stdio: 'ignore' }).error === undefined;
  if (!there) process.stdout.write(`${tool} is not on this machine: what it would read is not checked.\n`);
  found.set(tool, there);
  return there;
}

/** A test that needs other people's readers of PDFs and codes; left out, with a word about it, where they are missing. */
export const testWith = (...tools: Tool[]): jest.It => (tools.map(has).every(Boolean) ? test : test.skip);

function inFolder<T>(name: string, content: Uint8Array, work: (file: string, folder: string) => T): T {
  const folder = mkdtempSync(path.join(tmpdir(), 'dunwell-pdf-'));
  try {
    const file = path.join(folder, name);
    writeFileSync(file, content);
    return work(file, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const pages = (page?: number): string[] => (page === undefined ? [] : ['-f', String(page), '-l', String(page)]);

/** What can be copied out of a document, or of one of its pages. */
export const textOfPdf = (pdf: Uint8Array, page?: number): string =>
  inFolder('a.pdf', pdf, (file) =>
    execFileSync('pdftotext', ['-layout', ...pages(page), file, '-'], { encoding: 'utf8' }),
  );

/** A word and where it stands, in millimetres from the top left corner of its page. */
export interface PlacedWord {
  text: string;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The words of a page with their places. */
export function wordsOfPdf(pdf: Uint8Array, page: number): PlacedWord[] {
  const html = inFolder('a.pdf', pdf, (file) =>
    execFileSync('pdftotext', ['-bbox', ...pages(page), file, '-'], { encoding: 'utf8' }),
  );
  const millimetres = (points: string | undefined): number => (Number(points) / 72) * 25.4;
  return [...html.matchAll(/<word xMin="([^"]*)" yMin="([^"]*)" xMax="([^"]*)" yMax="([^"]*)">(.*?)<\/word>/g)].map(
    ([, left, top, right, bottom, text = '']) => ({
      text: text.replaceAll('&amp;', '&'),
      left: millimetres(left),
      top: millimetres(top),
      right: millimetres(right),
      bottom: millimetres(bottom),
    }),
  );
}

/** What qpdf has to say against a document: nothing, when it is sound. */
export const complaintsAbout = (pdf: Uint8Array): string =>
  inFolder('a.pdf', pdf, (file) => {
    const { status, stderr } = spawnSync('qpdf', ['--check', file], { encoding: 'utf8' });
    return status === 0 ? '' : stderr || String(status);
  });

/** A page as a picture (PNG). */
export const pictureOfPage = (pdf: Uint8Array, page: number): Buffer =>
  inFolder('a.pdf', pdf, (file, folder) => {
    const args = ['-r', '150', '-png', '-singlefile', ...pages(page), file, path.join(folder, 'page')];
    execFileSync('pdftoppm', args);
    return readFileSync(path.join(folder, 'page.png'));
  });

/** The text of the code in a picture, as a telephone would read it; empty when there is none. */
export const codeIn = (png: Uint8Array): string =>
  inFolder('a.png', png, (file) => {
    const { stdout } = spawnSync('zbarimg', ['--raw', '--quiet', '--oneshot', file], { encoding: 'utf8' });
    return stdout.replace(/\n$/, '');
  });
