import fc from 'fast-check';
import { type FieldProblem, renderTemplate, type Scope } from './renderTemplate.ts';
import { edgeContents, sampleContent } from './sampleContent.ts';
import { VARIABLES } from './templates.ts';

const check = (body: string, scope: Scope = 'single', subject = 'A subject') =>
  renderTemplate({ template: { subject, body }, scope, kind: 'email', contents: edgeContents('en', scope) });

async function problemsOf(body: string, scope: Scope = 'single'): Promise<readonly FieldProblem[]> {
  const rendering = await check(body, scope);
  return rendering.ok ? [] : rendering.problems;
}

/** The template denial-of-service and injection corpus of RELIABILITY §0.11. */
const REFUSED: [string, string, Scope?][] = [
  ['15 KB of nested conditions', '{{#if total}}'.repeat(700) + 'x' + '{{/if}}'.repeat(700)],
  ['62 KB of nested conditions', '{{#if total}}'.repeat(3000) + 'x' + '{{/if}}'.repeat(3000)],
  ['312 KB of nested conditions', '{{#if total}}'.repeat(15_000) + 'x' + '{{/if}}'.repeat(15_000)],
  ['a long chain of else', `{{#if total}}a${'{{else if deadline}}b'.repeat(1200)}{{/if}}`],
  ['four lists inside each other', `${'{{#each ../invoices}}'.repeat(4)}x${'{{/each}}'.repeat(4)}`, 'grouped'],
  ['a table in every row', '{{#each invoices}}{{{../invoiceTable}}}{{/each}}', 'grouped'],
  ['a thousand tables', '{{{invoiceTable}}}'.repeat(1000), 'grouped'],
  ['six hundred lists', '{{#each invoices}}{{number}}{{outstanding}}{{/each}}'.repeat(600), 'grouped'],
  ['a way to the constructor', '{{customer.constructor.constructor}}'],
  ['a way to the prototype', '{{customer.__proto__}}'],
  ['a lookup', '{{lookup customer "constructor"}}'],
  ['another helper', '{{#with customer}}{{name}}{{/with}}'],
  ['a log', '{{log "x"}}'],
  ['a partial', '{{> secrets}}'],
  ['an inline partial', '{{#*inline "x"}}y{{/inline}}'],
  ['raw HTML from a value', '{{{customer.name}}}'],
  ['raw HTML by an ampersand', '{{&customer.name}}'],
  ['data of the engine', '{{@root}}'],
  ['a literal path', '{{[constructor]}}'],
  ['a list as a word', '{{invoices}}'],
  ['a question as a word', '{{invoice.partlyPaid}}'],
  ['a list of what is none', '{{#each customer.name}}x{{/each}}'],
  ['arguments', '{{customer.name "x"}}'],
];

test.each(REFUSED)('%s is refused within moments', async (_name, body, scope = 'single') => {
  const problems = await problemsOf(body, scope);
  expect(problems.length).toBeGreaterThan(0);
  expect(problems.every(({ field }) => field === 'body')).toBe(true);
});

test.each([
  ['a variable that is not there', '<p>one</p>\n<p>Hi {{custmer.name}}</p>', 'unknown_variable', 2, 'custmer.name'],
  ['a condition without an end', '<p>one</p>\n\n<p>{{#if deadline}}Hi</p>', 'unclosed', 3, '{{#if deadline}}'],
  ['an end without a condition', '<p>one</p>\n<p>Hi{{/if}}</p>', 'unopened', 2, '{{/if}}'],
  [
    'ends in the wrong order',
    '{{#if total}}\n{{#unless deadline}}x{{/if}}{{/unless}}',
    'unclosed',
    2,
    '{{#unless deadline}}',
  ],
  ['half a variable', '<p>one</p>\n<p>Hi {{total</p>', 'syntax', 2, '{{total</p>'],
  ['empty braces', '<p>one {{ }}</p>', 'syntax', 1, '{{ }}'],
])('%s is named with its line and marked', async (_name, body, code, line, marked) => {
  const [problem] = await problemsOf(body);
  expect(problem).toMatchObject({ code, line, place: { marked } });
});

test('what speaks of one invoice is refused in a text for several', async () => {
  expect(await problemsOf('<p>{{invoice.number}}</p>', 'single')).toEqual([]);
  expect(await problemsOf('<p>{{invoice.number}}</p>', 'grouped')).toMatchObject([
    { code: 'unknown_variable', detail: 'invoice.number' },
  ]);
});

test('the subject is checked like the body', async () => {
  const rendering = await check('<p>x</p>', 'single', 'About {{nothing}}');
  expect(rendering).toMatchObject({ ok: false, problems: [{ field: 'subject', detail: 'nothing' }] });
});

test('while a heavy template is refused, the process answers', async () => {
  let beats = 0;
  const heart = setInterval(() => (beats += 1), 20);
  await check('{{{invoiceTable}}}'.repeat(1500), 'grouped');
  clearInterval(heart);
  expect(beats).toBeGreaterThan(3);
});

test('after one that was ended, the next one is rendered', async () => {
  const slow = { ...sampleContent('en', 'grouped') };
  const lines = Array.from({ length: 60_000 }, () => slow.lines[0] as (typeof slow.lines)[number]);
  const body = '{{{invoiceTable}}}';
  const heavy = await renderTemplate({
    template: { subject: 'x', body },
    scope: 'grouped',
    kind: 'email',
    contents: [{ ...slow, lines }],
  });
  expect(heavy).toMatchObject({ ok: false, problems: [{ code: 'heavy' }] });
  const next = await check('<p>{{total}}</p>', 'grouped');
  expect(next.ok).toBe(true);
});

test('whatever is written, it is rendered or refused, never more', async () => {
  const names = [...VARIABLES.both, ...VARIABLES.single, 'constructor', '__proto__', 'nothing', 'this', '@root'];
  const name = fc.constantFrom(...names);
  const piece = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('<p>', '</p>', '<script>', '{{', '}}', '{{else}}', '{{/if}}', '{{/each}}', '<a href="', '">', '\n'),
    name.map((one) => `{{${one}}}`),
    name.map((one) => `{{{${one}}}}`),
    fc
      .tuple(fc.constantFrom('if', 'unless', 'each', 'plural', 'with'), name)
      .map(([block, one]) => `{{#${block} ${one}}}`),
    fc.constantFrom('if', 'unless', 'each', 'plural').map((block) => `{{/${block}}}`),
  );
  const balanced = fc
    .tuple(fc.constantFrom('if', 'unless', 'each', 'plural'), name, fc.array(piece, { maxLength: 4 }))
    .map(([block, one, inner]) => `{{#${block} ${one}}}${inner.join('')}{{/${block}}}`);
  const template = fc.array(fc.oneof(piece, balanced), { maxLength: 20 }).map((pieces) => pieces.join(''));
  await fc.assert(
    fc.asyncProperty(template, fc.constantFrom<Scope>('single', 'grouped'), async (body, scope) => {
      const rendering = await renderTemplate({
        template: { subject: 'x', body },
        scope,
        kind: 'email',
        contents: [sampleContent('en', scope)],
      });
      if (!rendering.ok) return expect(rendering.problems.length).toBeGreaterThan(0);
      expect(rendering.mails[0]?.html).not.toMatch(/<script|\[object Object\]|\[native code\]/);
    }),
    { numRuns: 10_000 },
  );
});
