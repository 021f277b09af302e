import { readResource } from './resources.ts';

/** The version of the program, as package.json says it (Semantic Versioning). */
export const VERSION = (JSON.parse(readResource('package.json')?.toString('utf8') ?? '{}') as { version: string })
  .version;
