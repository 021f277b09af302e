import { compareVersions, isVersion } from '../../src/domain/programVersion.ts';
import { VERSION } from '../../src/version.ts';

test('the version of this program is one', () => {
  expect(isVersion(VERSION)).toBe(true);
});

// The examples of Semantic Versioning 2.0.0, §11, in their order, and what is near to them.
const ORDERED = [
  ['1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-alpha.beta', '1.0.0-beta', '1.0.0-beta.2', '1.0.0-beta.11', '1.0.0-rc.1'],
  ['1.0.0', '2.0.0', '2.1.0', '2.1.1'],
  ['0.1.0', '0.1.9', '0.1.10', '0.2.0-rc.1', '0.2.0', '1.0.0-0', '1.0.0-0.0', '1.0.0--', '1.0.0-A', '1.0.0-a', '1.0.0'],
  ['9007199254740992.0.0', '9007199254740993.0.0'],
  ['1.0.0-9007199254740992', '1.0.0-9007199254740993'],
];

test.each(ORDERED)('%s comes before what follows it, and that after it', (...versions) => {
  for (const [place, one] of versions.entries())
    for (const [otherPlace, other] of versions.entries())
      expect([one, other, Math.sign(compareVersions(one, other))]).toEqual([one, other, Math.sign(place - otherPlace)]);
});

test('how it was built makes no version newer', () => {
  expect(compareVersions('1.0.0+20261123', '1.0.0+5114f85')).toBe(0);
  expect(compareVersions('1.0.0-rc.1+2', '1.0.0-rc.1')).toBe(0);
});

test.each([
  '',
  '1',
  '1.0',
  '1.0.0.0',
  '01.0.0',
  '1.0.0-',
  '1.0.0-01',
  '1.0.0-a..b',
  '1.0.0+',
  '1.0.0+a+b',
  'v1.0.0',
  ' 1.0.0',
  '1.0.0\n',
  '1.0.0-ä',
  '1.0.0-../../etc',
  `1.0.0-${'a'.repeat(80)}`,
])('%j is no version', (text) => {
  expect(isVersion(text)).toBe(false);
  expect(() => compareVersions('1.0.0', text)).toThrow('no version');
});

test.each(['0.0.0', '1.0.0-x-y', '1.0.0--', '1.0.0+001', '10.20.30-rc.1.2+build.5'])('%s is one', (text) => {
  expect(isVersion(text)).toBe(true);
});
