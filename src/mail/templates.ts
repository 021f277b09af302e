import Handlebars from 'handlebars';

/** Limits of what the owner may write (RELIABILITY S12): beyond them rendering could take minutes. */
const MAX_BYTES = 32 * 1024;
const MAX_DEPTH = 8;
const BLOCKS = ['if', 'unless', 'each', 'plural'];
/** The only value that comes as ready HTML, because the product made it. */
const RAW = 'invoiceTable';

const INVOICE_FIELDS = 'number issuedOn dueOn total outstanding daysLate paidSoFar partlyPaid overdue'.split(' ');

/** Every variable that a template may use. Fields of `invoice` exist in templates for one invoice only. */
export const VARIABLES: Readonly<Record<'both' | 'single', readonly string[]>> = {
  both: [
    ...'customer.name customer.code contact.name company.name company.email company.phone company.iban company.bic'.split(
      ' ',
    ),
    ...'step.name today deadline invoiceTable invoiceCount total overdueTotal invoices credits attachments'.split(' '),
  ],
  single: INVOICE_FIELDS.map((field) => `invoice.${field}`),
};

/** What is wrong with a template, for the person who wrote it. */
export interface TemplateProblem {
  code: 'too_long' | 'too_deep' | 'syntax' | 'unknown_variable' | 'not_allowed';
  detail: string;
  line: number | null;
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
  const [problem] = checkTemplate(source, 'single');
  if (problem && problem.code !== 'unknown_variable') throw new SyntaxError(`${problem.code}: ${problem.detail}`);
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

/** Everything that would keep a template from being rendered, found without rendering it. */
export function checkTemplate(source: string, scope: 'single' | 'grouped'): TemplateProblem[] {
  if (Buffer.byteLength(source) > MAX_BYTES)
    return [{ code: 'too_long', detail: `${Math.round(MAX_BYTES / 1024)} KB`, line: null }];
  let program: hbs.AST.Program;
  try {
    program = Handlebars.parseWithoutProcessing(source);
  } catch (error) {
    const [message = ''] = (error as Error).message.split('\n');
    return [{ code: 'syntax', detail: message, line: Number(/line (\d+)/.exec(message)?.[1] ?? 0) || null }];
  }
  const problems: TemplateProblem[] = [];
  const known = new Set([...VARIABLES.both, ...(scope === 'single' ? VARIABLES.single : [])]);
  walk(program, 0, false, { known, problems });
  return problems;
}

interface Walk {
  known: ReadonlySet<string>;
  problems: TemplateProblem[];
}

function walk(program: hbs.AST.Program | undefined, depth: number, inEach: boolean, to: Walk): void {
  if (!program) return;
  if (depth > MAX_DEPTH) {
    to.problems.push({ code: 'too_deep', detail: String(MAX_DEPTH), line: program.loc?.start.line ?? null });
    return;
  }
  for (const statement of program.body) walkStatement(statement, depth, inEach, to);
}

function walkStatement(statement: hbs.AST.Statement, depth: number, inEach: boolean, to: Walk): void {
  const refuse = (detail: string): void => {
    to.problems.push({ code: 'not_allowed', detail, line: statement.loc?.start.line ?? null });
  };
  if (statement.type === 'ContentStatement' || statement.type === 'CommentStatement') return;
  if (statement.type === 'MustacheStatement') {
    const { path, params, hash, escaped } = statement as hbs.AST.MustacheStatement;
    const name = nameOf(path);
    if (params.length || hash?.pairs.length) return refuse(name);
    if (!escaped && name !== RAW) return refuse(`{{{${name}}}}`);
    return checkVariable(path, inEach, to);
  }
  if (statement.type !== 'BlockStatement') return refuse(statement.type);
  const block = statement as hbs.AST.BlockStatement;
  const name = nameOf(block.path);
  if (!BLOCKS.includes(name) || block.params.length !== 1 || block.hash?.pairs.length) return refuse(`#${name}`);
  const [argument] = block.params;
  if (argument?.type !== 'PathExpression') return refuse(`#${name}`);
  checkVariable(argument as hbs.AST.PathExpression, inEach, to);
  walk(block.program, depth + 1, inEach || name === 'each', to);
  walk(block.inverse, depth + 1, inEach, to);
}

function checkVariable(path: hbs.AST.PathExpression | hbs.AST.Literal, inEach: boolean, to: Walk): void {
  const name = nameOf(path);
  const own = name.replace(/^\.\.\//, '');
  if (to.known.has(own) || (inEach && (INVOICE_FIELDS.includes(own) || own === 'amount'))) return;
  to.problems.push({ code: 'unknown_variable', detail: name, line: path.loc?.start.line ?? null });
}

const nameOf = (path: hbs.AST.Expression): string => (path as hbs.AST.PathExpression).original ?? path.type;
