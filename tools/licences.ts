// Writes what has to lie beside a release into dist/: the licences of everything in it, and its bill of materials.
//   npm run licences
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { thirdPartyLicences } from './licenceTexts.ts';
import { sbom } from './sbom.ts';
import { ROOT } from './shippedPackages.ts';

/**
 * Writes THIRD-PARTY-LICENCES.txt and dunwell.cdx.json into a folder and gives their paths. Throws, with one sentence that
 * names the package, when a licence is not allowed or its text is missing; then nothing is written.
 */
export function writeNotices(folder = path.join(ROOT, 'dist')): string[] {
  const files = {
    'THIRD-PARTY-LICENCES.txt': thirdPartyLicences(),
    'dunwell.cdx.json': `${JSON.stringify(sbom(), null, 2)}\n`,
  };
  mkdirSync(folder, { recursive: true });
  return Object.entries(files).map(([name, text]) => {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return file;
  });
}

if (import.meta.main) for (const file of writeNotices()) process.stderr.write(`${path.relative(ROOT, file)}\n`);
