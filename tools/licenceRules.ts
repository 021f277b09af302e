import type { ShippedPackage } from './shippedPackages.ts';

/** Licences that ask for no more than their text beside the program, by their SPDX names. */
const ALLOWED = new Set(
  // The last one is for fonts: they may be bundled and embedded, and not be sold by themselves.
  'MIT MIT-0 ISC 0BSD BSD-2-Clause BSD-3-Clause Apache-2.0 Unlicense PSF-2.0 OFL-1.1'.split(' '),
);

/** Names that packages use for a licence that SPDX calls otherwise. */
const SPDX_NAMES: Record<string, string> = { 'BSD-0-Clause': '0BSD' };

/** What a person decided about a licence that the list does not settle; another wording needs another decision. */
interface Decision {
  says: string;
  /** The SPDX expression under which we ship it. */
  taken: string;
  because: string;
}

export const DECISIONS: Record<string, Decision> = {
  dompurify: {
    says: '(MPL-2.0 OR Apache-2.0)',
    taken: 'Apache-2.0',
    because: 'One of the two may be chosen. The MPL would ask for the sources of what is changed; nothing is changed.',
  },
  'date-holidays': {
    says: '(ISC AND CC-BY-3.0)',
    taken: 'ISC AND CC-BY-SA-3.0',
    because:
      'Its LICENSE says CC BY-SA 3.0 for the table of holidays, so that is what counts. The table is passed on as it is, ' +
      'with its list of sources; share-alike reaches who changes the table, and not a program that reads it.',
  },
};

const MIT_TEXT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

const mit = (...holders: string[]): string => ['The MIT License', ...holders, MIT_TEXT].join('\n\n');

/** Packages that name their licence and bring no text; whose they are stands in their sources and package.json. */
export const MISSING_TEXTS: Record<string, string> = {
  '@tabler/core': mit('Copyright 2018-2026 The Tabler Authors\nCopyright 2018-2026 codecalm.net Paweł Kuna'),
  brotli: mit(
    'Copyright Devon Govett',
    'Its decoder and encoder are Copyright 2013 Google Inc. and licensed under the Apache License, Version 2.0; the text ' +
      'of that licence stands below, beside the packages that use it.',
  ),
  dfa: mit('Copyright Devon Govett'),
};

/** A work that lies inside the files of a package, and that no lock file therefore knows. */
export interface InnerPart {
  name: string;
  /** The package that it lies in. */
  inside: string;
  licence: string;
  /** Where its version can be read: a file of the package, and what to look for. */
  file: string;
  version: RegExp;
  /** Its licence text, or the name of the package that brings it. */
  text: string | { of: string };
  /** Its address as a package (purl), without the version. */
  purl: string;
}

export const INNER_PARTS: InnerPart[] = [
  {
    name: 'bootstrap',
    inside: '@tabler/core',
    licence: 'MIT',
    file: 'dist/js/tabler.js',
    version: /\bVERSION = "(\d+\.\d+\.\d+)"/,
    text: mit('Copyright 2011-2025 The Bootstrap Authors'),
    purl: 'pkg:npm/bootstrap',
  },
  {
    name: 'dompurify',
    inside: 'trix',
    licence: 'Apache-2.0',
    file: 'dist/trix.umd.min.js',
    version: /@license DOMPurify (\d+\.\d+\.\d+)/,
    text: { of: 'dompurify' },
    purl: 'pkg:npm/dompurify',
  },
  {
    name: 'sqlite',
    inside: 'better-sqlite3',
    licence: 'blessing',
    file: 'deps/sqlite3/sqlite3.h',
    version: /#define SQLITE_VERSION\s+"(\d+\.\d+\.\d+)"/,
    text: 'SQLite is in the public domain: its authors have given up their copyright in it (https://sqlite.org/copyright.html).',
    purl: 'pkg:generic/sqlite',
  },
];

/**
 * The SPDX expression under which a package is shipped. Throws when its licence is neither on the list nor decided by a
 * person, or when the package has come to say something else than what was decided about.
 */
export function licenceOf({ name, licence }: Pick<ShippedPackage, 'name' | 'licence'>): string {
  const decided = DECISIONS[name];
  if (decided?.says === licence) return decided.taken;
  const parts = licence.split(' AND ').map((part) => SPDX_NAMES[part] ?? part);
  if (!decided && parts.every((part) => ALLOWED.has(part))) return parts.join(' AND ');
  throw new Error(
    `${name} is under "${licence}": read the licence, then add it to the list or decide in tools/licenceRules.ts`,
  );
}
