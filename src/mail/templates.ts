import Handlebars from 'handlebars';

/** Limits of what the owner may write (RELIABILITY S12): beyond them rendering could take minutes. */
const MAX_BYTES = 32 * 1024;
const MAX_DEPTH = 8;
const MOST_PROBLEMS = 20;
const BLOCKS = ['if', 'unless', 'each', 'plural'];
/** The only values that come as ready HTML, because the product made them. */
const RAW = ['invoiceTable', 'paymentCode'];

/** To be asked about or walked through, not to be written: they have no words. */
const LISTS = ['invoices', 'credits'];
const QUESTIONS = ['partlyPaid', 'overdue'];

const INVOICE_FIELDS = 'number issuedOn dueOn total outstanding daysLate paidSoFar partlyPaid overdue'.split(' ');

/** Every variable that a template may use. Fields of `invoice` exist in templates for one invoice only. */
export const VARIABLES: Readonly<Record<'both' | 'single', readonly string[]>> = {
  both: [
    ...'customer.name customer.code contact.name company.name company.email company.phone company.iban company.bic'.split(
      ' ',
    ),
    ...'step.name today deadline invoiceTable invoiceCount total overdueTotal invoices credits attachments'.split(' '),
    'paymentCode',
    'paymentReference',
  ],
  single: INVOICE_FIELDS.map((field) => `invoice.${field}`),
};

/** What is wrong with a template, for the person who wrote it. */
export interface TemplateProblem {
  code: 'too_long' | 'too_deep' | 'syntax' | 'unknown_variable' | 'not_allowed' | 'unclosed' | 'unopened';
  /** The variable or block that it is about, as it was written. */
  detail: string;
  /** Counted from 1. */
  line: number | null;
  /** That line, cut around what is wrong, so that a screen can mark it. */
  place: { before: string; marked: string; after: string } | null;
}

type Render = (context: object) => string;
const compiled = new Map<string, Render>();

/**
 * A text with its variables filled in. Strict: an unknown variable throws instead of leaving a hole. Prototypes,
 * partials and other helpers than `if`, `unless`, `each` and `plural` are out of reach.
 */
export function render(source: string, language: string, context: object, { html }: { html: boolean }): string {
  const key = `${language}|${html}|${source}`;
  let template = compiled.get(key);
  if (!template) {
    if (compiled.size > 500) compiled.clear();
    template = compile(source, language, html);
    compiled.set(key, template);
  }
  return template(context);
}

function compile(source: string, language: string, html: boolean): Render {
  const problem = checkTemplate(source, 'single').find(({ code }) => code !== 'unknown_variable');
  if (problem) throw new SyntaxError(`${problem.code}: ${problem.detail}`);
  const plurals = new Intl.PluralRules(language);
  const engine = Handlebars.create();
  engine.registerHelper('plural', function (this: unknown, count: number, options: Handlebars.HelperOptions) {
    return plurals.select(Number(count)) === 'one' ? options.fn(this) : options.inverse(this);
  });
  const known = Object.fromEntries(BLOCKS.map((name) => [name, true]));
  const template = engine.compile(source, {
    strict: true,
    knownHelpersOnly: true,
    knownHelpers: known,
    noEscape: !html,
  });
  return (context) => template(context);
}

/** A text of the product's own, which needs no check: only its values are escaped. */
export function renderOwn(source: string, context: object): string {
  const key = `own|${source}`;
  const template = compiled.get(key) ?? Handlebars.create().compile(source, { strict: true });
  compiled.set(key, template as Render);
  return template(context);
}

/**
 * Everything that would keep a template from being rendered, found without rendering it. The easy questions come first: the
 * parser itself takes seconds over thousands of nested blocks, so it only sees what is short and flat.
 */
export function checkTemplate(source: string, scope: 'single' | 'grouped'): TemplateProblem[] {
  if (Buffer.byteLength(source) > MAX_BYTES)
    return [{ code: 'too_long', detail: `${Math.round(MAX_BYTES / 1024)} KB`, line: null, place: null }];
  const unbalanced = blockProblem(source);
  if (unbalanced) return [unbalanced];
  let program: hbs.AST.Program;
  try {
    program = Handlebars.parseWithoutProcessing(source);
  } catch (error) {
    return [syntaxProblem(source, (error as Error).message)];
  }
  const problems: TemplateProblem[] = [];
  const known = new Set([...VARIABLES.both, ...(scope === 'single' ? VARIABLES.single : [])]);
  walk(program, { depth: 0, inEach: false }, { source, known, problems });
  return problems;
}

/** A block that is never closed, or a closing without its opening, or more of them inside each other than the limit. */
function blockProblem(source: string): TemplateProblem | null {
  const open: { name: string; start: number; end: number }[] = [];
  for (const { 0: token, index, groups } of source.matchAll(/\{\{~?\s*(?<sign>[#/])\s*(?<name>[\w.]*)[^}]*\}\}/g)) {
    const { sign, name = '' } = groups ?? {};
    const place = { start: index, end: index + token.length };
    if (sign === '#') {
      open.push({ name, ...place });
      if (open.length > MAX_DEPTH) return problemAt(source, place, 'too_deep', String(MAX_DEPTH));
    } else if (open.at(-1)?.name === name) open.pop();
    else if (open.some((block) => block.name === name)) break;
    else return problemAt(source, place, 'unopened', token);
  }
  const last = open.at(-1);
  return last ? problemAt(source, last, 'unclosed', source.slice(last.start, last.end)) : null;
}

/** The parser says where it stumbled in words only. */
function syntaxProblem(source: string, message: string): TemplateProblem {
  const line = Number(/line (\d+)|- (\d+):\d+$/.exec(message)?.slice(1).find(Boolean) ?? 0) || null;
  const text = line === null ? '' : (source.split('\n')[line - 1] ?? '');
  const from = Math.max(0, text.indexOf('{{'));
  const place = line === null ? null : cut(text, from, from + (/^[^}]*\}*/.exec(text.slice(from))?.[0].length ?? 0));
  return { code: 'syntax', detail: place?.marked ?? '', line, place };
}

function problemAt(
  source: string,
  { start, end }: { start: number; end: number },
  code: TemplateProblem['code'],
  detail: string,
): TemplateProblem {
  const lineStart = source.lastIndexOf('\n', start - 1) + 1;
  const line = source.slice(0, lineStart).split('\n').length;
  const [text = ''] = source.slice(lineStart).split('\n');
  return { code, detail, line, place: cut(text, start - lineStart, end - lineStart) };
}

const AROUND = 40;

function cut(text: string, from: number, to: number): TemplateProblem['place'] {
  const start = Math.max(0, from - AROUND);
  const end = Math.min(text.length, to + AROUND);
  return {
    before: `${start > 0 ? '…' : ''}${text.slice(start, from)}`,
    marked: text.slice(from, to),
    after: `${text.slice(to, end)}${end < text.length ? '…' : ''}`,
  };
}

interface Walk {
  source: string;
  known: ReadonlySet<string>;
  problems: TemplateProblem[];
}

interface Place {
  depth: number;
  inEach: boolean;
}

function walk(program: hbs.AST.Program | undefined, place: Place, to: Walk): void {
  if (!program) return;
  if (place.depth > MAX_DEPTH)
    return void to.problems.push(problemOf(program, 'too_deep', String(MAX_DEPTH), to.source));
  for (const statement of program.body) if (to.problems.length < MOST_PROBLEMS) walkStatement(statement, place, to);
}

function walkStatement(statement: hbs.AST.Statement, place: Place, to: Walk): void {
  const refuse = (detail: string): void =>
    void to.problems.push(problemOf(statement, 'not_allowed', detail, to.source));
  if (statement.type === 'ContentStatement' || statement.type === 'CommentStatement') return;
  if (statement.type === 'MustacheStatement') {
    const { path, params, hash, escaped } = statement as hbs.AST.MustacheStatement;
    const name = nameOf(path);
    if (params.length || hash?.pairs.length) return refuse(name);
    if (!escaped && !RAW.includes(name)) return refuse(`{{{${name}}}}`);
    const [field = ''] = name.split(/[./]/).slice(-1);
    if (LISTS.includes(field) || QUESTIONS.includes(field)) return refuse(name);
    // A table in every row of a list would grow with the square of what a customer owes.
    if (place.inEach && RAW.includes(field)) return refuse(name);
    return checkVariable(path, place.inEach, to);
  }
  if (statement.type !== 'BlockStatement') return refuse(statement.type);
  const block = statement as hbs.AST.BlockStatement;
  const name = nameOf(block.path);
  if (!BLOCKS.includes(name) || block.params.length !== 1 || block.hash?.pairs.length) return refuse(`#${name}`);
  const [argument] = block.params;
  if (argument?.type !== 'PathExpression') return refuse(`#${name}`);
  if (name === 'each' && (place.inEach || !LISTS.includes(nameOf(argument)))) return refuse(`#${name}`);
  checkVariable(argument as hbs.AST.PathExpression, place.inEach, to);
  const { depth, inEach } = place;
  walk(block.program, { depth: depth + 1, inEach: inEach || name === 'each' }, to);
  walk(block.inverse, { depth: depth + 1, inEach }, to);
}

function checkVariable(path: hbs.AST.PathExpression | hbs.AST.Literal, inEach: boolean, to: Walk): void {
  const name = nameOf(path);
  const own = name.replace(/^\.\.\//, '');
  if (to.known.has(own) || (inEach && (INVOICE_FIELDS.includes(own) || own === 'amount'))) return;
  to.problems.push(problemOf(path, 'unknown_variable', name, to.source));
}

/** A problem with the place of its node: of a block, only the opening is marked. */
function problemOf(node: hbs.AST.Node, code: TemplateProblem['code'], detail: string, source: string): TemplateProblem {
  const offset = ({ line, column }: hbs.AST.Position): number =>
    source
      .split('\n')
      .slice(0, line - 1)
      .reduce((sum, text) => sum + text.length + 1, 0) + column;
  const start = offset(node.loc.start);
  const opening = /^\{+[^}]*\}+/.exec(source.slice(start))?.[0];
  return problemAt(source, { start, end: opening ? start + opening.length : offset(node.loc.end) }, code, detail);
}

const nameOf = (path: hbs.AST.Expression): string => (path as hbs.AST.PathExpression).original ?? path.type;
