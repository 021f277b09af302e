import nunjucks from 'nunjucks';
import { productCode, sourcesIn } from './sources.ts';

/** The product's name is the same in every language. */
const NAMES = /\bDunwell\b/g;
/** Attributes whose value a person reads or hears. */
const SPOKEN = /\s(aria-label|aria-description|aria-roledescription|title|alt|placeholder|data-confirm)="([^"]*)"/g;
/** A letter of any script: what is left of a word. Symbols, punctuation and figures need no translation. */
const LETTER = /\p{L}/u;

const templates = sourcesIn('views', '.njk');
const shells = sourcesIn('views', '.hbs');
const names = new Set(templates.map(({ file }) => file.replace('views/', '')));

const withoutTags = (text: string): string =>
  text
    .replace(/\{#[\s\S]*?#\}/g, '')
    .replace(/\{%[\s\S]*?%\}/g, '')
    .replace(/\{\{\{?[\s\S]*?\}\}\}?/g, '');

/** What a reader would see of the template itself: its text and what attributes say. Names of keys are the same everywhere. */
function literalsIn(text: string): string[] {
  const html = withoutTags(text);
  const spoken = [...html.matchAll(SPOKEN)].map(([, , value = '']) => value);
  const shown = html
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<kbd>[^<]*<\/kbd>/g, '')
    .replace(/<(\w+)(?:"[^"]*"|'[^']*'|[^"'>])*>/g, '\n')
    .replace(/<[^>]*>/g, '\n')
    .replace(/&#?\w+;/g, '')
    .split('\n');
  return [...spoken, ...shown].map((one) => one.replace(NAMES, '').trim()).filter((one) => LETTER.test(one));
}

test.each([...templates, ...shells])('$file has no text of its own', ({ text }) => {
  expect(literalsIn(text)).toEqual([]);
});

test.each(templates)('$file gives no sentence to a macro or a variable', ({ text }) => {
  const expressions = [...text.matchAll(/\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g)].map(([one]) => one);
  const sentences = expressions.flatMap((one) => one.match(/'\p{Lu}\p{L}*(?:\s[^']*)?'/gu) ?? []);
  expect(sentences).toEqual([]);
});

test.each(templates)('$file compiles', ({ file, text }) => {
  const environment = new nunjucks.Environment(null, { autoescape: true, throwOnUndefined: true });
  expect(() => new nunjucks.Template(text, environment, file, true)).not.toThrow();
});

test('every template that another one, or a screen, asks for is there', () => {
  const asked = [...templates, ...productCode()].flatMap(({ file, text }) =>
    [...text.matchAll(/'([\w/]+\.njk)'/g)].map(([, name = '']) => ({ file, name })),
  );
  expect(asked.filter(({ name }) => !names.has(name))).toEqual([]);
});
