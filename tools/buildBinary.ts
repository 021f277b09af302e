// npm run build:binary [-- FILE] [--twice]: the product as one executable for this machine's platform, with its licences, its
// bill of materials and its checksum beside it (docs/releasing.md). --twice builds it again elsewhere and compares.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { inject } from 'postject';
import { FONT_FILES } from '../src/pdf/faces.ts';
import { LIBRARY } from '../src/store/nativeLibrary.ts';
import { ASSET_FILES } from '../src/web/assets.ts';
import { asWithoutSeed, SEED } from './codeCache.ts';
import { writeNotices } from './licences.ts';
import { startUpEmpty } from './startUp.ts';

const root = path.join(import.meta.dirname, '..');

/** Where better-sqlite3 would look for its library among its files, look into the binary. */
const nativeLibrary: Plugin = {
  name: 'native library',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/binding$/ }, ({ importer }) =>
      importer.endsWith(path.join('better-sqlite3', 'lib', 'index.js'))
        ? { path: path.join(root, 'src', 'store', 'nativeLibrary.ts') }
        : undefined,
    );
  },
};

/** Drivers of other databases, which knex names and nobody here installs. */
const ELSEWHERE = [
  'pg',
  'pg-native',
  'pg-query-stream',
  'mysql',
  'mysql2',
  'oracledb',
  'tedious',
  'sqlite3',
  'mariadb',
];

/** A bundle of one file, readable enough that a stack trace in a log tells something. */
const bundle = (entry: string, outfile: string): BuildOptions => ({
  absWorkingDir: root,
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node24',
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
  // A bundle of this kind has no address of its own.
  define: { 'import.meta.dirname': '__dirname', 'import.meta.url': '__ownUrl' },
  banner: { js: "const __ownUrl=require('node:url').pathToFileURL(process.execPath).href;" },
  external: ELSEWHERE,
  plugins: [nativeLibrary],
});

/** The files inside, by the name that readResource asks for. Sorted, so that the same sources make the same binary. */
function shippedFiles(work: string): Record<string, string> {
  const folders = ['views', 'locales'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name)),
  );
  const names = ['package.json', ...ASSET_FILES, ...FONT_FILES, ...folders].filter((name) =>
    statSync(path.join(root, name)).isFile(),
  );
  return {
    ...Object.fromEntries(names.sort().map((name) => [name.split(path.sep).join('/'), path.join(root, name)])),
    'THIRD-PARTY-LICENCES.txt': path.join(work, 'THIRD-PARTY-LICENCES.txt'),
    'threads/copyThread.cjs': path.join(work, 'copyThread.cjs'),
    [LIBRARY]: libraryFile(),
  };
}

/** better-sqlite3 itself says which of its files fits this platform. */
function libraryFile(): string {
  const { getPrebuildPath } = createRequire(import.meta.url)(
    path.join(root, 'node_modules/better-sqlite3/lib/binding.js'),
  ) as { getPrebuildPath: () => string | null };
  const file = getPrebuildPath();
  if (!file) throw new Error(`better-sqlite3 has no library for ${process.platform} on ${process.arch}`);
  return file;
}

/** Makes the executable and returns its size in bytes and the SHA-256 of its content. */
export async function buildBinary(target: string): Promise<{ bytes: number; sha256: string }> {
  const work = `${target}.parts`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  writeNotices(work);
  await build(bundle('src/main.ts', path.join(work, 'main.cjs')));
  await build(bundle('src/store/copyThread.ts', path.join(work, 'copyThread.cjs')));
  // Names without a folder: the blob holds them, and must not tell where it was made.
  const settings = {
    main: 'main.cjs',
    output: 'dunwell.blob',
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: true,
    assets: shippedFiles(work),
  };
  writeFileSync(path.join(work, 'sea.json'), JSON.stringify(settings));
  execFileSync(process.execPath, [SEED, '--experimental-sea-config', 'sea.json'], { cwd: work, stdio: 'pipe' });
  const part = path.join(work, 'dunwell');
  copyFileSync(process.execPath, part);
  chmodSync(part, 0o755);
  await inject(part, 'NODE_SEA_BLOB', asWithoutSeed(readFileSync(path.join(work, 'dunwell.blob'))), {
    sentinelFuse: 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2',
  });
  const { stdout, stderr } = spawnSync(part, ['--version'], { env: {}, encoding: 'utf8' });
  if (!stdout || stderr) throw new Error(`the binary does not start as it should: ${stderr}`);
  renameSync(part, target);
  const made = {
    bytes: statSync(target).size,
    sha256: createHash('sha256').update(readFileSync(target)).digest('hex'),
  };
  rmSync(work, { recursive: true, force: true });
  return made;
}

/** Builds it again in another folder; throws when it comes out otherwise. */
async function compare(sha256: string): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'dunwell-again-'));
  try {
    const again = await buildBinary(path.join(folder, 'elsewhere'));
    if (again.sha256 !== sha256) throw new Error(`built again it is another: ${again.sha256}`);
    print('Built again in another folder: the same bytes.');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: { twice: { type: 'boolean' } }, allowPositionals: true });
  const target = path.resolve(positionals[0] ?? path.join(root, 'dist', 'dunwell'));
  const folder = path.dirname(target);
  const { bytes, sha256 } = await buildBinary(target);
  writeNotices(folder);
  writeFileSync(`${target}.sha256`, `${sha256}  ${path.basename(target)}\n`);
  print(`${target}: ${(bytes / 1024 / 1024).toFixed(1)} MiB, SHA-256 ${sha256}`);
  const [first = 0, ...later] = (await startUpEmpty([target])).map((time) => (time / 1000).toFixed(2));
  print(`First page: ${first} s in an empty folder, then ${later.join(' s, ')} s.`);
  if (values.twice) await compare(sha256);
}

if (import.meta.main) await main();
