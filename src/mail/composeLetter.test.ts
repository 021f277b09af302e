import { composeMail, type MailContent } from './compose.ts';
import { composeLetter, type LetterFrame } from './composeLetter.ts';
import { sampleContent } from './sampleContent.ts';

const frame = (differs: Partial<LetterFrame['recipient']> = {}, country = 'FR'): LetterFrame => ({
  window: 'right',
  sender: {
    name: 'Meunier & Fils',
    street: '12 rue des Lilas',
    postcode: '69003',
    city: 'Lyon',
    country,
    email: '',
    phone: '',
    legalId: '',
  },
  recipient: { name: 'Rossi Srl', street: 'Via Roma 1', postcode: '10100', city: 'Torino', country: 'FR', ...differs },
  senderLanguage: 'en',
});
const words = (body: string) => ({ subject: 'S', body });
const content = (differs: Partial<MailContent> = {}): MailContent => ({
  ...sampleContent('en', 'single'),
  contactName: '',
  ...differs,
});
const recipientOf = (differs: Partial<LetterFrame['recipient']>, contactName = ''): string[] =>
  composeLetter(words(''), content({ contactName }), frame(differs)).recipient;

describe('the address', () => {
  test.each<[string, Partial<LetterFrame['recipient']>, string[]]>([
    ['France', {}, ['Rossi Srl', 'Via Roma 1', '10100 Torino']],
    ['no known country', { country: null }, ['Rossi Srl', 'Via Roma 1', '10100 Torino']],
    [
      'the United Kingdom',
      { country: 'GB', city: 'London', postcode: 'SW1A 1AA' },
      ['Rossi Srl', 'Via Roma 1', 'London', 'SW1A 1AA', 'UNITED KINGDOM'],
    ],
    [
      'the United States',
      { country: 'US', city: 'Springfield, IL', postcode: '62701' },
      ['Rossi Srl', 'Via Roma 1', 'Springfield, IL 62701', 'UNITED STATES'],
    ],
    ['a town without a postcode', { postcode: '' }, ['Rossi Srl', 'Via Roma 1', 'Torino']],
    [
      'a street of two lines',
      { street: 'Palazzo A\r\n Via Roma 1 ' },
      ['Rossi Srl', 'Palazzo A', 'Via Roma 1', '10100 Torino'],
    ],
  ])('in %s is written as it is there', (_, differs, lines) => expect(recipientOf(differs)).toEqual(lines));

  test('names the person in the firm, unless that is the firm itself', () => {
    expect(recipientOf({}, 'Anna Rossi')[1]).toBe('For the attention of Anna Rossi');
    expect(recipientOf({ name: 'Anna Rossi' }, 'Anna Rossi')).toEqual(['Anna Rossi', 'Via Roma 1', '10100 Torino']);
  });

  test('never has more than six lines; town and country stay', () => {
    const street = ['a', 'b', 'c', 'd', 'e'].join('\n');
    const lines = recipientOf({ street, country: 'GB', city: 'London', postcode: 'SW1A 1AA' }, 'Anna Rossi');
    expect(lines).toEqual(['Rossi Srl', 'd', 'e', 'London', 'SW1A 1AA', 'UNITED KINGDOM']);
  });
});

describe('the table', () => {
  const kindsOf = (body: string, lines: number): string[] => {
    const all = sampleContent('en', 'grouped').lines.slice(0, lines);
    return composeLetter(words(body), content({ lines: all }), frame()).body.map(({ kind }) => kind);
  };

  test.each<[string, number, string[]]>([
    ['<p>a</p><p>b</p>', 1, ['paragraph', 'paragraph']],
    ['<p>a</p><p>b</p>', 2, ['paragraph', 'paragraph', 'table']],
    ['<p>a</p>{{{invoiceTable}}}<p>b</p>', 2, ['paragraph', 'table', 'paragraph']],
    ['<p>a</p><p>{{{invoiceTable}}}</p>', 1, ['paragraph', 'table']],
  ])('of %s with %i invoices', (body, lines, kinds) => expect(kindsOf(body, lines)).toEqual(kinds));
});

test('the picture of the code is left to the payment block', () => {
  const { body, payment } = composeLetter(
    words('<p>a</p><p>{{{paymentCode}}}</p><p>b{{{paymentCode}}}</p>'),
    content(),
    frame(),
  );
  expect(body.map((block) => ('runs' in block ? block.runs : []))).toEqual([[{ text: 'a' }], [{ text: 'b' }]]);
  expect(payment?.code?.text).toMatch(/^BCD\n002/);
});

test('an account that is none is shown as it was typed, and makes no code', () => {
  const company = { ...content().company, iban: 'ask us' };
  const { payment } = composeLetter(words(''), content({ company }), frame());
  expect(payment?.facts).toContainEqual({ label: 'IBAN', value: 'ask us' });
  expect(payment?.code).toBeNull();
});

test.each(['fr', 'it'])('all words are in the customer’s language (%s)', (language) => {
  const letter = composeLetter(words(''), content({ language }), frame());
  const english = composeLetter(words(''), content(), frame());
  expect(letter.pageLabel).toMatch(/\{\{n\}\}.*\{\{total\}\}/);
  expect(letter.pageLabel).not.toBe(english.pageLabel);
  expect(letter.payment?.title).not.toBe(english.payment?.title);
  expect(letter.payment?.code?.caption).not.toBe(english.payment?.code?.caption);
  expect(letter.table.labels.amount).not.toBe(english.table.labels.amount);
});

describe('nobody can put in a picture of his own', () => {
  test.each([
    '<img src="cid:payment-code">',
    '<p><img src="cid:payment-code" alt="x"></p>',
    '<img src="https://evil.example/p.gif">',
    '<img src="data:image/png;base64,AAAA">',
  ])('%s', (body) => {
    const { html, paymentCode } = composeMail(words(`<p>a</p>${body}`), content());
    expect(html).not.toContain('<img');
    expect(paymentCode).toBe('');
  });

  test('nor by way of a name', () => {
    const customer = { name: '<img src="cid:payment-code">{{{paymentCode}}}', code: '<img src=x>' };
    const { html } = composeMail(words('<p>{{customer.name}}</p>{{{paymentCode}}}'), content({ customer }));
    expect(html.match(/<img/g)).toHaveLength(1);
    expect(html).not.toMatch(/<img src="?x/);
  });
});
