import { standardDataDir } from './dataDir.ts';

test.each<[NodeJS.Platform, Record<string, string>, string | null]>([
  ['linux', { HOME: '/home/anna' }, '/home/anna/.local/share/dunwell'],
  ['linux', { HOME: '/home/anna', XDG_DATA_HOME: '/srv/data' }, '/srv/data/dunwell'],
  ['linux', { HOME: '/home/anna', XDG_DATA_HOME: 'relative' }, '/home/anna/.local/share/dunwell'],
  ['linux', { HOME: '/home/anna', STATE_DIRECTORY: '/var/lib/dunwell' }, '/var/lib/dunwell'],
  ['linux', { STATE_DIRECTORY: '/var/lib/dunwell:/var/lib/other' }, '/var/lib/dunwell'],
  ['linux', {}, null],
  ['darwin', { HOME: '/Users/anna' }, '/Users/anna/Library/Application Support/Dunwell'],
  ['darwin', {}, null],
  ['win32', { LOCALAPPDATA: 'C:\\Users\\anna\\AppData\\Local' }, 'C:\\Users\\anna\\AppData\\Local\\Dunwell'],
  ['win32', { USERPROFILE: 'C:\\Users\\anna' }, 'C:\\Users\\anna\\AppData\\Local\\Dunwell'],
  ['win32', { HOME: '/home/anna' }, null],
])('the binary on %s with %j keeps its data in %s', (platform, env, folder) => {
  expect(standardDataDir(env, { binary: true, platform })).toBe(folder);
});

test('the sources keep them in the folder where they are started, whatever the environment says', () => {
  expect(standardDataDir({ HOME: '/home/anna', STATE_DIRECTORY: '/x' }, { binary: false, platform: 'linux' })).toBe(
    'data',
  );
});
