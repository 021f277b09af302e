// Writes docs/archive.schema.json from the zod schema of the archive: node tools/archiveSchema.ts
// With --check it writes nothing, and ends with 1 when the file is not what the schema says.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'prettier';
import { z } from 'zod';
import { archiveSchema } from '../src/domain/archive.ts';

const file = path.join(import.meta.dirname, '..', 'docs', 'archive.schema.json');
// What a person may write, so whatever has a standard value may be left out.
const schema = z.toJSONSchema(archiveSchema, { io: 'input' });
const text = await format(JSON.stringify(schema, null, 2), { parser: 'json', printWidth: 120 });

if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
} else if (readFileSync(file, 'utf8') !== text) {
  process.stderr.write('docs/archive.schema.json is not current; run: node tools/archiveSchema.ts\n');
  process.exitCode = 1;
}
