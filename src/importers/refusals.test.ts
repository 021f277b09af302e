import { sentence, type Failure, type Note, type Refusal } from './refusals.ts';

test.each<[Refusal | Note | Failure, string]>([
  [{ line: 3, reason: 'missing_number', field: 'number' }, 'The row has no invoice number.'],
  [{ line: 3, reason: 'unreadable_date', field: 'dueOn', value: 'later' }, '“later” is not a date (dueOn).'],
  [{ code: 'unknown_country', line: 2, count: 5, value: 'Atlantis' }, '“Atlantis” is not a country we know.'],
  [{ ok: false, reason: 'unclosed_quote', detail: { line: 7 } }, 'A quotation mark on line 7 is never closed.'],
  [
    { ok: false, reason: 'missing_columns', detail: { missing: ['number', 'total'] } },
    'No column tells: number, total.',
  ],
])('%j', (said, words) => {
  expect(sentence(said)).toBe(words);
});

test('a value cannot bring in another one', () => {
  expect(sentence({ line: 1, reason: 'unknown_currency', value: '{line}' })).toBe('“{line}” is not a currency.');
});
