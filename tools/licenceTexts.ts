import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { INNER_PARTS, type InnerPart, licenceOf, MISSING_TEXTS } from './licenceRules.ts';
import { ROOT, type ShippedPackage, shippedPackages } from './shippedPackages.ts';

/** A work that ships with the product, the licence that it comes under, and the words of that licence. */
interface Notice {
  title: string;
  licence: string;
  text: string;
}

const LICENCE_FILE = /^(un)?licen[cs]e|^copying|^notice|^ofl/i;

/**
 * What THIRD-PARTY-LICENCES.txt says: each work with its version and licence, then every licence text once, with the works
 * that it is for. The same packages give the same bytes. Throws when a work has no licence text, or a licence that nobody
 * has allowed.
 */
export function thirdPartyLicences(): string {
  const packages = shippedPackages();
  const notices = [nodeNotice(), ...packages.map(noticeOf), ...INNER_PARTS.map((part) => innerNotice(part, packages))];
  notices.sort((a, b) => (a.title < b.title ? -1 : 1));
  const list = [...new Set(notices.map(({ title, licence }) => `${title}: ${licence}`))];
  return [
    'Dunwell contains the works below. Their authors have not endorsed it.',
    list.join('\n'),
    ...grouped(notices).map(
      ([titles, text]) => `${'='.repeat(100)}\n${titles.join('\n')}\n${'='.repeat(100)}\n\n${text}`,
    ),
    '',
  ].join('\n\n');
}

function grouped(notices: readonly Notice[]): [string[], string][] {
  const titlesByText = new Map<string, Set<string>>();
  for (const { title, text } of notices) titlesByText.set(text, (titlesByText.get(text) ?? new Set()).add(title));
  return [...titlesByText].map(([text, titles]) => [[...titles], text]);
}

const noticeOf = (shipped: ShippedPackage): Notice => ({
  title: `${shipped.name} ${shipped.version}`,
  licence: licenceOf(shipped),
  text: textOf(shipped),
});

/** All that a package says about its licence. Throws when it says nothing and nobody has filled that in. */
function textOf({ name, folder }: ShippedPackage): string {
  const where = path.join(ROOT, folder);
  const files = existsSync(where) ? readdirSync(where).filter((file) => LICENCE_FILE.test(file)) : [];
  const texts = files.toSorted().map((file) => tidy(readFileSync(path.join(where, file), 'utf8')));
  const text = texts.length > 0 ? texts.join('\n\n') : MISSING_TEXTS[name];
  if (!text) throw new Error(`${name} has no licence text in ${folder}; add what it asks for in tools/licenceRules.ts`);
  return text;
}

const tidy = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .replace(/[ \t]+$/gm, '')
    .trim();

function innerNotice(part: InnerPart, packages: readonly ShippedPackage[]): Notice {
  const title = `${part.name} ${versionOf(part)} (inside ${part.inside})`;
  if (typeof part.text === 'string') return { title, licence: part.licence, text: part.text };
  const { of } = part.text;
  const bringer = packages.find(({ name }) => name === of);
  if (!bringer) throw new Error(`nothing brings the licence text of ${part.name}: ${of} is not shipped`);
  return { title, licence: part.licence, text: textOf(bringer) };
}

/** The version of a work inside a package, read from the package itself. Throws when it is not there any more. */
export function versionOf({ name, inside, file, version }: InnerPart): string {
  const found = version.exec(readFileSync(path.join(ROOT, 'node_modules', inside, file), 'utf8'))?.[1];
  if (!found) throw new Error(`${inside} no longer says which ${name} it holds; see tools/licenceRules.ts`);
  return found;
}

/** Node lies in the binary, with everything that it is made of itself: its LICENSE names them all. */
function nodeNotice(): Notice {
  // Both a downloaded Node and the package that brings one keep it above the folder of the program.
  const file = path.join(realpathSync(process.execPath), '..', '..', 'LICENSE');
  if (!existsSync(file))
    throw new Error(`the Node at ${process.execPath} has no LICENSE beside it (looked for ${file})`);
  return { title: `Node.js ${process.versions.node}`, licence: 'MIT', text: tidy(readFileSync(file, 'utf8')) };
}
