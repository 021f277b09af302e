import { DECISIONS, INNER_PARTS, licenceOf, MISSING_TEXTS } from '../../tools/licenceRules.ts';
import { thirdPartyLicences } from '../../tools/licenceTexts.ts';
import { type Component, sbom } from '../../tools/sbom.ts';
import { type LockEntry, readLock, shippedPackages } from '../../tools/shippedPackages.ts';
import { importsOf, productCode, readText, sourcesIn } from './sources.ts';

const lock = Object.entries(readLock()).filter(([folder]) => folder !== '');
const shipped = shippedPackages();
const manifest = JSON.parse(readText('package.json')) as {
  version: string;
  dependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
};

const nameIn = (folder: string): string => folder.replace(/^.*node_modules\//, '');
const fault = ({ resolved, integrity = '', link, inBundle }: LockEntry): boolean =>
  !/^sha512-[\w+/]{86}==$/.test(integrity) ||
  Boolean(link ?? inBundle) ||
  (resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/'));

test('every package is fixed by a hash and comes from the public registry', () => {
  expect(lock.length).toBeGreaterThan(300);
  expect(lock.filter(([, entry]) => fault(entry)).map(([folder]) => folder)).toEqual([]);
});

test.each<[string, LockEntry]>([
  ['no hash', {}],
  ['a weak hash', { integrity: 'sha1-hBSy1WVJNZ1OrTQ2nXXQKZm0iXI=' }],
  ['another registry', { resolved: 'https://example.test/a.tgz', integrity: lock[0]?.[1].integrity }],
  ['plain HTTP', { resolved: 'http://registry.npmjs.org/a.tgz', integrity: lock[0]?.[1].integrity }],
  ['a folder', { link: true, integrity: lock[0]?.[1].integrity }],
])('a package with %s would be noticed', (_, entry) => {
  expect(fault(entry)).toBe(true);
});

test('no package runs a script when it is installed', () => {
  expect(readText('.npmrc')).toMatch(/^ignore-scripts=true$/m);
  const scripted = lock.filter(([, { hasInstallScript }]) => hasInstallScript).map(([folder]) => nameIn(folder));
  expect(scripted).not.toEqual([]);
  expect(scripted.filter((name) => manifest.allowScripts[name] !== false)).toEqual([]);
});

test('the product asks for nothing that only those need who work on it', () => {
  const sources = [...productCode(), ...sourcesIn('migrations', '.ts'), ...sourcesIn('seeds', '.ts')];
  const asked = sources.flatMap((source) => importsOf(source).map(({ from }) => from));
  const packages = asked.filter((from) => !/^(\.|node:)/.test(from)).map((from) => /^(@[^/]+\/)?[^/]+/.exec(from)?.[0]);
  expect(packages).toContain('express');
  expect([...new Set(packages)].filter((name) => !manifest.dependencies[name ?? ''])).toEqual([]);
});

test('whatever ships is under a licence that was allowed', () => {
  expect(shipped.length).toBeGreaterThan(150);
  for (const one of shipped) expect(licenceOf(one)).toMatch(/^[\w.-]+( AND [\w.-]+)*$/);
});

test.each([
  ['a licence that asks for the sources', { name: 'one', licence: 'GPL-3.0-only' }],
  ['no licence', { name: 'one', licence: '' }],
  ['one of two that is not allowed', { name: 'one', licence: 'MIT AND CC-BY-3.0' }],
  ['a choice that nobody made', { name: 'one', licence: 'MIT OR GPL-2.0-only' }],
  ['another licence than the one that was decided about', { name: 'dompurify', licence: 'MPL-2.0' }],
])('%s is not shipped', (_, one) => {
  expect(() => licenceOf(one)).toThrow(/read the licence/);
});

test('nothing is decided about a package that is not shipped', () => {
  const names = shipped.map(({ name }) => name);
  const about = [...Object.keys(DECISIONS), ...Object.keys(MISSING_TEXTS), ...INNER_PARTS.map(({ inside }) => inside)];
  expect(about.filter((name) => !names.includes(name))).toEqual([]);
});

test('the licences name every work that ships, and Node, and are the same each time', () => {
  const text = thirdPartyLicences();
  const works = shipped.map(({ name, version }) => `${name} ${version}: `);
  const inner = INNER_PARTS.map(({ name, inside }) => new RegExp(`^${name} [\\d.]+ \\(inside ${inside}\\): `, 'm'));
  expect(works.filter((work) => !text.includes(`\n${work}`))).toEqual([]);
  for (const one of inner) expect(text).toMatch(one);
  expect(text).toContain(`Node.js ${process.versions.node}`);
  expect(text).toContain('SIL OPEN FONT LICENSE');
  expect(thirdPartyLicences()).toBe(text);
});

test('the bill of materials holds every package with its hash, and all that it refers to', () => {
  const bom = sbom();
  const all = bom.components.flatMap((one): Component[] => [one, ...(one.components ?? [])]);
  const refs = [bom.metadata.component, ...all].map((one) => one['bom-ref']);
  expect(new Set(refs).size).toBe(refs.length);
  const purls = shipped.map(({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`);
  expect(bom.components.slice(1).map(({ purl }) => purl)).toEqual([...new Set(purls)]);
  for (const { hashes } of bom.components.slice(1)) expect(hashes?.[0]?.content).toMatch(/^[\da-f]{128}$/);
  const named = bom.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]);
  expect(named.filter((ref) => !refs.includes(ref))).toEqual([]);
  expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(['node', 'openssl', 'sqlite', 'bootstrap']));
  expect(bom.serialNumber).toMatch(/^urn:uuid:[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(JSON.stringify(sbom())).toBe(JSON.stringify(bom));
});

test('the newest release of the changelog is the version of the program', () => {
  const headings = [...readText('CHANGELOG.md').matchAll(/^## \[(.+?)\](?: - (\d{4}-\d{2}-\d{2}))?$/gm)];
  expect(headings[0]?.slice(1)).toEqual(['Unreleased', undefined]);
  expect(headings[1]?.slice(1)).toEqual([manifest.version, expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/)]);
});
