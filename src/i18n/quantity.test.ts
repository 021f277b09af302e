import { formatAgo, formatCount, formatSize } from './quantity.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test.each<[number, string, string]>([
  [0, 'en', 'now'],
  // A clock that was set back.
  [-5 * MINUTE, 'en', 'now'],
  [1.9 * SECOND, 'en', '1 second ago'],
  [119 * SECOND, 'en', '119 seconds ago'],
  [2 * MINUTE, 'en', '2 minutes ago'],
  [36 * HOUR, 'en', '36 hours ago'],
  [2 * DAY, 'en', '2 days ago'],
  [2 * DAY, 'fr', 'il y a 2 jours'],
  [2 * DAY, 'it', '2 giorni fa'],
  [1500 * DAY, 'fr', 'il y a 1 500 jours'],
])('%d milliseconds ago, in %s', (ms, language, words) => {
  expect(formatAgo(ms, language).replace(/\s/g, ' ')).toBe(words);
});

test.each<[number, string, string]>([
  [0, 'en', '0 kB'],
  [900, 'en', '0.9 kB'],
  [4096, 'en', '4.1 kB'],
  [999_999, 'en', '1,000 kB'],
  [134_217_728, 'fr', '134 Mo'],
  [1_234_567_890, 'it', '1,23 GB'],
  [81_500_000_000, 'en', '81.5 GB'],
])('%d bytes, in %s', (bytes, language, words) => {
  expect(formatSize(bytes, language).replace(/\s/g, ' ')).toBe(words);
});

test.each([
  ['en', '12,345'],
  ['fr', '12 345'],
  ['it', '12.345'],
])('a count in %s', (language, words) => {
  expect(formatCount(12_345, language).replace(/\s/g, ' ')).toBe(words);
});
