import { composeMail } from './compose.ts';
import { personalise } from './personalise.ts';
import { renderTemplate } from './renderTemplate.ts';
import { sampleContent } from './sampleContent.ts';

const single = sampleContent('en', 'single');
const grouped = sampleContent('en', 'grouped');
const personal = (body: string, content = single, subject = 'x'): string =>
  personalise({ subject, body }, content).body;

describe('a template made ready for one message', () => {
  test.each([
    ['keeps a variable', '<p>{{invoice.number}}</p>', '<p>{{invoice.number}}</p>'],
    ['keeps the table', '{{{invoiceTable}}}', '{{{invoiceTable}}}'],
    [
      'keeps a branch that holds',
      '<p>{{#if contact.name}}Dear {{contact.name}}{{else}}Hello{{/if}}</p>',
      '<p>Dear {{contact.name}}</p>',
    ],
    ['keeps a number as a variable', '<p>{{invoice.daysLate}} days</p>', '<p>{{invoice.daysLate}} days</p>'],
    [
      'works a plural out',
      '<p>{{#plural invoice.daysLate}}a day{{else}}{{invoice.daysLate}} days{{/plural}}</p>',
      '<p>{{invoice.daysLate}} days</p>',
    ],
    ['drops a condition that holds not', '<p>x{{#if deadline}} by {{deadline}}{{/if}}</p>', '<p>x</p>'],
    [
      'keeps the writer’s own words and marks',
      '<p><strong>A &amp; B</strong></p>',
      '<p><strong>A &amp; B</strong></p>',
    ],
  ])('%s', (_name, body, expected) => expect(personal(body, { ...single, deadline: null })).toBe(expected));

  test('nothing attached is nothing to a condition', () => {
    const body = '<p>{{#if attachments}}See the document.{{else}}No document.{{/if}}</p>';
    expect(personal(body, { ...single, attachments: 0 })).toBe('<p>No document.</p>');
    expect(personal(body, { ...single, attachments: 1 })).toBe('<p>See the document.</p>');
  });

  test('counts several invoices, and one, as the language does', () => {
    const body = '<p>{{#plural invoiceCount}}the invoice{{else}}the {{invoiceCount}} invoices{{/plural}}</p>';
    expect(personal(body, grouped)).toBe('<p>the {{invoiceCount}} invoices</p>');
    expect(personal(body, { ...grouped, lines: grouped.lines.slice(0, 1) })).toBe('<p>the invoice</p>');
  });

  test('says what each variable stands for, in the customer’s language', () => {
    const { values } = personalise({ subject: '{{invoice.number}}', body: '<p></p>' }, single);
    const [line] = single.lines;
    expect(values['invoice.number']).toBe(line?.number);
    expect(values['customer.name']).toBe(single.customer.name);
    expect(Number(values['invoice.daysLate'])).toBeGreaterThan(0);
    expect(values).not.toHaveProperty('deadline.name');
  });

  test('a value that looks like a variable, or like HTML, stays what it is', async () => {
    const odd = { ...single, customer: { name: '{{company.iban}} <b>x</b>', code: 'C' } };
    const words = personalise({ subject: '{{customer.name}}', body: '<p>{{customer.name}}</p>' }, odd);
    expect(words.body).toBe('<p>{{customer.name}}</p>');
    expect(composeMail(words, odd).subject).toBe('{{company.iban}} <b>x</b>');
  });

  test('an unknown variable is an error that names it', () => {
    expect(() => personal('<p>{{nothing}}</p>')).toThrow(/nothing/);
  });

  test.each(['en', 'fr', 'it'])('what comes out says the same as the template did (%s)', async (language) => {
    for (const scope of ['single', 'grouped'] as const) {
      const content = { ...sampleContent(language, scope), attachments: 2 };
      const template = {
        subject: '{{#plural invoiceCount}}One{{else}}{{invoiceCount}}{{/plural}}: {{total}}',
        body: '<p>{{#if contact.name}}{{contact.name}}{{/if}} {{total}} {{#plural attachments}}a{{else}}{{attachments}}{{/plural}}</p>{{{invoiceTable}}}',
      };
      const words = personalise(template, content);
      expect(composeMail(words, content)).toEqual(composeMail(template, content));
      expect(await renderTemplate({ template: words, scope, kind: 'email', contents: [content] })).toMatchObject({
        ok: true,
      });
    }
  });
});
