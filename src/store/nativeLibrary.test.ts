import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Refusal } from '../refusal.ts';
import { unpackLibrary } from './nativeLibrary.ts';

const LIBRARY = Buffer.from('\x7fELF the library of this version');
const OTHER = Buffer.from('\x7fELF the library of another version');

let base: string;
beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), 'dunwell-library-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

/** Where the library of this version goes, before anything is there. */
function placeOf(bytes: Buffer): { folder: string; file: string } {
  const file = unpackLibrary(bytes, base);
  rmSync(path.dirname(file), { recursive: true });
  return { folder: path.dirname(file), file };
}

const refusalOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  return 'none';
};

describe('the library inside the binary', () => {
  test('is written for its owner only, and used again at the next start', () => {
    const file = unpackLibrary(LIBRARY, path.join(base, 'not', 'there', 'yet'));
    expect(readFileSync(file)).toEqual(LIBRARY);
    expect(lstatSync(file).mode & 0o777).toBe(0o600);
    expect(lstatSync(path.dirname(file)).mode & 0o777).toBe(0o700);
    const { ino } = lstatSync(file);
    expect(unpackLibrary(LIBRARY, path.join(base, 'not', 'there', 'yet'))).toBe(file);
    expect(lstatSync(file).ino).toBe(ino);
    expect(readdirSync(path.dirname(file))).toEqual([path.basename(file)]);
  });

  test('replaces that of another version, and touches nothing else', () => {
    const old = path.dirname(unpackLibrary(OTHER, base));
    mkdirSync(path.join(base, '.native-mine'));
    unpackLibrary(LIBRARY, base);
    expect(existsSync(old)).toBe(false);
    expect(existsSync(path.join(base, '.native-mine'))).toBe(true);
  });

  const victim = (): string => path.join(base, 'victim');
  test.each<[string, (place: { folder: string; file: string }) => void, string]>([
    [
      'a file with other bytes',
      ({ folder, file }) => {
        mkdirSync(folder, { mode: 0o700 });
        writeFileSync(file, OTHER);
      },
      'broken_binary_library',
    ],
    [
      'a link in the place of the file, also to the right bytes',
      ({ folder, file }) => {
        writeFileSync(victim(), LIBRARY);
        mkdirSync(folder, { mode: 0o700 });
        symlinkSync(victim(), file);
      },
      'broken_binary_library',
    ],
    [
      'a link to nowhere, through which a file would be made elsewhere',
      ({ folder, file }) => {
        mkdirSync(folder, { mode: 0o700 });
        symlinkSync(path.join(base, 'elsewhere'), file);
      },
      'broken_binary_library',
    ],
    [
      'a link in the place of the folder',
      ({ folder }) => {
        mkdirSync(victim());
        symlinkSync(victim(), folder);
      },
      'broken_binary_library',
    ],
    ['a file in the place of the folder', ({ folder }) => writeFileSync(folder, ''), 'broken_binary_library'],
    [
      'a folder that others may write',
      ({ folder }) => {
        mkdirSync(folder);
        chmodSync(folder, 0o777);
      },
      'broken_binary_library',
    ],
  ])('%s is refused and left as it is', (_what, plant, code) => {
    const place = placeOf(LIBRARY);
    plant(place);
    const before = readdirSync(base);
    expect(refusalOf(() => unpackLibrary(LIBRARY, base))).toBe(code);
    expect(readdirSync(base)).toEqual(before);
  });

  // Only the administrator can give a folder away.
  (process.getuid?.() === 0 ? test : test.skip)('what belongs to another user is refused', () => {
    const { folder } = placeOf(LIBRARY);
    mkdirSync(folder, { mode: 0o700 });
    chownSync(folder, 65_534, 65_534);
    expect(refusalOf(() => unpackLibrary(LIBRARY, base))).toBe('foreign_folder');
    rmSync(folder, { recursive: true });
    const file = unpackLibrary(LIBRARY, base);
    chownSync(file, 65_534, 65_534);
    expect(refusalOf(() => unpackLibrary(LIBRARY, base))).toBe('foreign_folder');
  });

  test('a disk that takes only the beginning leaves nothing behind, and once there is room it is written', () => {
    const code = `
      const { unpackLibrary } = await import('./src/store/nativeLibrary.ts');
      try { unpackLibrary(Buffer.alloc(8192), process.argv[1]); } catch ({ code, cause }) { console.log(code, cause.code); }`;
    // No file may be larger than a kilobyte or two.
    const limited = ['-c', 'ulimit -f 2 && exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', code, base];
    expect(spawnSync('sh', limited, { encoding: 'utf8' }).stdout).toBe('native_folder EFBIG\n');
    const [folder = ''] = readdirSync(base);
    expect(readdirSync(path.join(base, folder))).toEqual([]);
    expect(readFileSync(unpackLibrary(Buffer.alloc(8192), base))).toEqual(Buffer.alloc(8192));
  });

  test('a place where nothing can be written is named', () => {
    writeFileSync(path.join(base, 'file'), '');
    expect(refusalOf(() => unpackLibrary(LIBRARY, path.join(base, 'file')))).toBe('native_folder');
  });
});
