import fc from 'fast-check';
import { dayOrder, parseDay } from './values.ts';

describe('a day', () => {
  test.each([
    ['2025-01-28', '2025-01-28'],
    ['2025/1/8', '2025-01-08'],
    ['20250128', '2025-01-28'],
    ['2010-12-01 08:26:00', '2010-12-01'],
    ['2025-01-28T23:30:00Z', '2025-01-28'],
    ['28/01/2025', '2025-01-28'],
    ['28/01/2025 10:15', '2025-01-28'],
    ['1.2.2025', '2025-02-01'],
    ['28.01.25', '2025-01-28'],
    ['28-01-2025', '2025-01-28'],
    ['Jan 28 2025', '2025-01-28'],
    ['January 28, 2025', '2025-01-28'],
    ['28-Jan-25', '2025-01-28'],
    ['28 janv. 2025', '2025-01-28'],
    ['1er août 2025', '2025-08-01'],
    ['3 févr. 2025', '2025-02-03'],
    ['28 gennaio 2025', '2025-01-28'],
    ['28. März 2025', '2025-03-28'],
    ['5 Dez 2025', '2025-12-05'],
    ['28 de enero de 2025', '2025-01-28'],
    ['Tue Jan 28 2025', '2025-01-28'],
    ['2025 Jan 28', '2025-01-28'],
  ])('%s is read', (text, day) => {
    expect(parseDay(text, 'day_first')).toBe(day);
  });

  test.each([
    '',
    'soon',
    '2025-02-30',
    '31/04/2025',
    '13/13/2025',
    '2025',
    '2802',
    '28/01',
    '28/01-2025',
    '0000-00-00',
    '01/01/0001',
    '28012025',
    'Jan 2025',
    '28 Foo 2025',
    '2025-01-281',
    '2025-01-28 junk',
    '28 Jan 2025 5',
    `2025-01-28${' '.repeat(80)}`,
  ])('%j is none', (text) => {
    expect(parseDay(text, 'day_first')).toBeNull();
  });

  test('with the month first', () => {
    expect(parseDay('01/28/2025', 'month_first')).toBe('2025-01-28');
    expect(parseDay('02/03/2025', 'month_first')).toBe('2025-02-03');
    expect(parseDay('28/01/2025', 'month_first')).toBeNull();
  });

  test('never makes the reader throw', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'0129 /-.:Tjanvér') }),
        (text) => void parseDay(text, 'day_first'),
      ),
    );
  });
});

describe('the order of a column of days', () => {
  test.each([
    ['a day above twelve first', ['03/04/2025', '28/01/2025'], 'day_first', false],
    ['a day above twelve second', ['03/04/2025', '01/28/2025'], 'month_first', false],
    ['points', ['03.04.2025'], 'day_first', false],
    ['points with the month first after all', ['03.04.2025', '01.28.2025'], 'month_first', false],
    ['nothing settles it', ['03/04/2025', '05/06/2025'], 'day_first', true],
    ['both readings are the same', ['03/03/2025'], 'day_first', false],
    ['ISO days need no order', ['2025-01-02'], 'day_first', false],
  ])('%s', (_, values, order, ambiguous) => {
    expect(dayOrder(values)).toMatchObject({ order, ambiguous });
  });

  test('is the owner’s where nothing settles it', () => {
    expect(dayOrder(['03/04/2025'], 'month_first')).toMatchObject({ order: 'month_first', ambiguous: true });
  });
});
