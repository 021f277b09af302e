import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { INNER_PARTS, type InnerPart, licenceOf } from './licenceRules.ts';
import { versionOf } from './licenceTexts.ts';
import { readLock, ROOT, type ShippedPackage, shippedPackages } from './shippedPackages.ts';

/** A component as CycloneDX describes one; only the fields that are used here. */
export interface Component {
  type: 'application' | 'library' | 'platform';
  'bom-ref': string;
  name: string;
  group?: string;
  version: string;
  purl?: string;
  cpe?: string;
  hashes?: { alg: string; content: string }[];
  licenses?: ({ license: { id: string } } | { expression: string })[];
  components?: Component[];
}

/** A bill of materials in the form of CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/). */
export interface Bom {
  $schema: string;
  bomFormat: 'CycloneDX';
  specVersion: '1.6';
  serialNumber: string;
  version: 1;
  metadata: { component: Component };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

/**
 * What the product is made of: the packages of the lock file, the works inside them, and Node with its parts. It has no
 * time, and its number follows from its content, so that the same sources give the same bytes. `npm sbom --omit dev` is
 * not used: it leaves out every package that something in devDependencies needs too.
 */
export function sbom(): Bom {
  const packages = shippedPackages();
  const product = productComponent();
  const components = [nodeComponent(), ...uniqueBy(packages.map(packageComponent))];
  const body = { metadata: { component: product }, components, dependencies: dependencies(product, packages) };
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(body))}`,
    version: 1,
    ...body,
  };
}

function productComponent(): Component {
  const text = readFileSync(path.join(ROOT, 'package.json'), 'utf8');
  const { name, version, license } = JSON.parse(text) as { name: string; version: string; license: string };
  return { type: 'application', 'bom-ref': `${name}@${version}`, name, version, licenses: licensesOf(license) };
}

function packageComponent(shipped: ShippedPackage): Component {
  const [name = '', group] = shipped.name.split('/').toReversed();
  const inner = INNER_PARTS.filter(({ inside }) => inside === shipped.name).map((part) =>
    innerComponent(part, shipped),
  );
  return {
    type: 'library',
    'bom-ref': purlOf(shipped),
    ...(group ? { group } : {}),
    name,
    version: shipped.version,
    purl: purlOf(shipped),
    hashes: [hashOf(shipped)],
    licenses: licensesOf(licenceOf(shipped)),
    ...(inner.length > 0 ? { components: inner } : {}),
  };
}

function innerComponent(part: InnerPart, holder: ShippedPackage): Component {
  const version = versionOf(part);
  const purl = `${part.purl}@${version}`;
  const ref = `${purlOf(holder)}#${part.name}`;
  return { type: 'library', 'bom-ref': ref, name: part.name, version, purl, licenses: licensesOf(part.licence) };
}

/** Node is in the binary; scanners look for its parts, above all OpenSSL and V8, by these names. */
function nodeComponent(): Component {
  const { node: version, ...parts } = process.versions;
  const ref = `pkg:generic/node@${version}`;
  return {
    type: 'platform',
    'bom-ref': ref,
    name: 'node',
    version,
    purl: ref,
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    licenses: licensesOf('MIT'),
    components: Object.entries(parts)
      .filter(([name]) => name !== 'modules' && name !== 'napi')
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, its = '']) => ({
        type: 'library',
        'bom-ref': `${ref}#${name}`,
        name,
        version: its,
        purl: `pkg:generic/${name}@${encodeURIComponent(its)}`,
      })),
  };
}

/** The address of an npm package (https://github.com/package-url/purl-spec): the @ of a scope is written %40. */
const purlOf = ({ name, version }: ShippedPackage): string => `pkg:npm/${name.replace('@', '%40')}@${version}`;

function hashOf({ name, integrity }: ShippedPackage): { alg: string; content: string } {
  const [algorithm, digest = ''] = integrity.split('-');
  if (algorithm !== 'sha512') throw new Error(`${name} has no sha512 in package-lock.json`);
  return { alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') };
}

const licensesOf = (licence: string): Component['licenses'] =>
  licence.includes(' ') ? [{ expression: licence }] : [{ license: { id: licence } }];

/** The same package in two folders is one component. */
const uniqueBy = (components: readonly Component[]): Component[] => [
  ...new Map(components.map((component) => [component['bom-ref'], component])).values(),
];

function dependencies(product: Component, packages: readonly ShippedPackage[]): Bom['dependencies'] {
  const byFolder = new Map(packages.map((shipped) => [shipped.folder, purlOf(shipped)]));
  const node = `pkg:generic/node@${process.versions.node}`;
  const direct = Object.keys(readLock()['']?.dependencies ?? {}).map((name) => byFolder.get(`node_modules/${name}`));
  const rows = new Map([[product['bom-ref'], new Set([node, ...direct.filter((ref) => ref !== undefined)])]]);
  for (const shipped of packages) {
    const row = rows.get(purlOf(shipped)) ?? new Set();
    for (const folder of shipped.needs) row.add(byFolder.get(folder) ?? '');
    rows.set(purlOf(shipped), row);
  }
  return [...rows].map(([ref, needs]) => ({ ref, dependsOn: [...needs].toSorted() }));
}

/** A number that is the same for the same content, in the form of a UUID of version 8 (RFC 9562, 5.8). */
function uuidOf(text: string): string {
  const hash = createHash('sha256').update(text).digest('hex');
  const variant = ((Number.parseInt(hash.charAt(16), 16) & 0b11) | 0b1000).toString(16);
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-${variant}${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}
