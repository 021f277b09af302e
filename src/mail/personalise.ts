import type { MailContent } from './compose.ts';
import { sanitise } from './sanitise.ts';
import { render } from './templates.ts';
import { contextOf } from './variables.ts';

/** Variables that stand for ready HTML, and so are written with three braces. */
const RAW = ['invoiceTable', 'paymentCode'];

/** A template for one message: no conditions left, and what each variable stands for. */
export interface Personal {
  subject: string;
  body: string;
  /** Every variable that has a value here, as it will be read: `{ 'customer.name': 'Rossi Srl' }`. */
  values: Record<string, string>;
}

/**
 * A template version made ready for a person to change before it is sent: its conditions, plurals and lists are worked out
 * for this message, its variables stay variables. So what is written stays true when an amount changes, and can be kept as
 * a template. Throws, naming the variable, when the template asks for one that there is not.
 */
export function personalise(template: { subject: string; body: string }, content: MailContent): Personal {
  const context = contextOf(content) as Record<string, unknown>;
  const values: Record<string, string> = {};
  const named = nameLeaves(context, '', values) as object;
  const raw = Object.fromEntries(RAW.map((name) => [name, `{{{${name}}}}`]));
  const { language } = content;
  return {
    subject: render(template.subject, language, named, { html: false }).trim(),
    body: sanitise(render(template.body, language, { ...named, ...raw }, { html: true })),
    values,
  };
}

/** The context with the name of each variable in place of its words; what is asked or walked through stays. */
function nameLeaves(value: unknown, path: string, values: Record<string, string>): unknown {
  if (typeof value === 'string' && value !== '') {
    values[path] = value;
    return `{{${path}}}`;
  }
  // Nothing counted is nothing to a condition, whatever its name.
  if (typeof value === 'number' && value !== 0) {
    values[path] = String(value);
    return new NamedNumber(value, path);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, nameLeaves(one, path === '' ? name : `${path}.${name}`, values)]),
  );
}

/** A number that counts as what it is, for plurals, and is written as its name. */
class NamedNumber {
  readonly #value: number;
  readonly #path: string;

  constructor(value: number, path: string) {
    this.#value = value;
    this.#path = path;
  }

  [Symbol.toPrimitive](hint: string): number | string {
    return hint === 'number' ? this.#value : `{{${this.#path}}}`;
  }
}
