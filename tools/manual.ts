// Writes docs/cli.md from the manual of the command line: npm run docs
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { manualPage } from './manualPage.ts';

writeFileSync(path.join(import.meta.dirname, '..', 'docs', 'cli.md'), manualPage());
