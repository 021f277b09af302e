import { readRecipients, recipientsOf, written, wrongOnes } from './recipients.ts';

describe('recipients as people type them', () => {
  test.each<[string, string[]]>([
    ['', []],
    ['a@x.fr', ['a@x.fr']],
    ['a@x.fr, b@x.fr', ['a@x.fr', 'b@x.fr']],
    ['a@x.fr; b@x.fr;', ['a@x.fr', 'b@x.fr']],
    ['a@x.fr\nb@x.fr\r\nc@x.fr', ['a@x.fr', 'b@x.fr', 'c@x.fr']],
    ['Claire Martin <claire@x.fr>', ['Claire Martin|claire@x.fr']],
    ['Claire <claire@x.fr>, b@x.fr', ['Claire|claire@x.fr', 'b@x.fr']],
    ['"Martin, Claire" <claire@x.fr>; b@x.fr', ['Martin, Claire|claire@x.fr', 'b@x.fr']],
    ['<a@x.fr>', ['a@x.fr']],
    ['mailto:a@x.fr', ['a@x.fr']],
    ['a@x.fr, A@X.FR', ['a@x.fr']],
    ['  ,, ;', []],
    ['Claire', ['Claire']],
    ['Claire <nowhere', ['Claire <nowhere']],
    ['"open quote a@x.fr', ['"open quote a@x.fr']],
  ])('%j', (text, expected) => {
    expect(readRecipients(text).map(({ name, address }) => (name ? `${name}|${address}` : address))).toEqual(expected);
  });

  test.each<[string, string[]]>([
    ['a@x.fr, Claire <claire@x.fr>', []],
    ['a@x.fr, Claire', ['Claire']],
    ['a@@x.fr', ['a@@x.fr']],
    ['a@x.fr\r\nBcc: b@x.fr', ['Bcc: b@x.fr']],
    ['Claire <a@x.fr> <b@x.fr>', ['Claire <a@x.fr> <b@x.fr>']],
  ])('%j holds what is no address', (text, expected) => expect(wrongOnes(text)).toEqual(expected));

  test.each(['Claire <claire@x.fr>', '"Martin, Claire" <claire@x.fr>', 'a@x.fr'])(
    '%j is written as it is read',
    (text) => {
      expect(readRecipients(text).map(written)).toEqual([text]);
    },
  );

  test('none of many is dropped unsaid', () => {
    const many = Array.from({ length: 60 }, (_, n) => `p${n}@x.fr`);
    expect(readRecipients(many.join(', '))).toHaveLength(60);
  });

  test('who stands in both fields is written to once', () => {
    expect(recipientsOf('a@x.fr, b@x.fr', 'B@x.fr, c@x.fr').map(({ kind, address }) => `${kind} ${address}`)).toEqual([
      'to a@x.fr',
      'to b@x.fr',
      'cc c@x.fr',
    ]);
  });
});
