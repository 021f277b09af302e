import { countryOf, languageOf } from './places.ts';

test.each([
  ['fr', 'FR'],
  ['FRA', 'FR'],
  ['Allemagne', 'DE'],
  ['Germania', 'DE'],
  ['Deutschland', 'DE'],
  ['Reino Unido', 'GB'],
  ['UK', 'GB'],
  ['EIRE', 'IE'],
  ['USA', 'US'],
  ['RSA', 'ZA'],
  ['Czech Republic', 'CZ'],
  ['Côte d’Ivoire', 'CI'],
  ['Holy See (Vatican City State)', 'VA'],
  ['DD', null],
  ['EU', null],
  ['Unspecified', null],
  ['Channel Islands', null],
  ['constructor', null],
  ['', null],
])('the country %j is %s', (text, code) => {
  expect(countryOf(text)).toBe(code);
});

test.each([
  ['fr', 'fr'],
  ['fr_FR', 'fr'],
  ['en-GB', 'en'],
  ['French', 'fr'],
  ['français', 'fr'],
  ['Tedesco', 'de'],
  ['English (UK)', 'en'],
  ['Klingon', null],
  ['', null],
])('the language %j is %s', (text, code) => {
  expect(languageOf(text)).toBe(code);
});
