import { DomUtils, parseDocument } from 'htmlparser2';

type Element = Parameters<typeof DomUtils.getAttributeValue>[0];

/** What came back, after redirects. */
export interface Answer {
  status: number;
  path: string;
  type: string;
  body: Buffer;
  /** The words of the page's main part, or of a text. */
  text: string;
  html: string;
}

/** Somebody without JavaScript, at a program that listens on a port: follows links, fills in forms, keeps cookies. */
export class Walker {
  readonly #base: string;
  readonly #cookies = new Map<string, string>();

  constructor(base: string) {
    this.#base = base;
  }

  get(path: string): Promise<Answer> {
    return this.#ask(path, {});
  }

  /** Opens a page, fills in the form that leads to an address, and sends it off; what is not named stays as the page has it. */
  async submit(page: string, action: RegExp, values: Record<string, string> = {}): Promise<Answer> {
    const { html, status } = await this.get(page);
    const forms = DomUtils.getElementsByTagName('form', parseDocument(html));
    const form = forms.find((one) => action.test(attribute(one, 'action')));
    if (!form) throw new Error(`${page} (${status}) has no form to ${action}`);
    const body = new URLSearchParams([...fieldsOf(form), ...Object.entries(values)]);
    // A value that was given stands for the page's own.
    for (const [name, value] of Object.entries(values)) body.set(name, value);
    const method = attribute(form, 'method').toUpperCase() === 'POST' ? 'POST' : 'GET';
    return this.#ask(attribute(form, 'action'), { method, body });
  }

  async #ask(path: string, init: RequestInit): Promise<Answer> {
    const url = new URL(path, this.#base);
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { cookie, 'sec-fetch-site': 'same-origin' };
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    const onward = response.headers.get('location');
    if (onward) return this.#ask(new URL(onward, url).href, {});
    const body = Buffer.from(await response.arrayBuffer());
    const type = response.headers.get('content-type') ?? '';
    const html = /html|text/.test(type) ? body.toString('utf8') : '';
    return { status: response.status, path: url.pathname + url.search, type, body, html, text: wordsOf(html) };
  }

  #keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    this.#cookies.set(name, value);
  }
}

const attribute = (element: Element, name: string): string => DomUtils.getAttributeValue(element, name) ?? '';
const has = (element: Element, name: string): boolean => DomUtils.hasAttrib(element, name);

/** What a browser would send of a form that nobody touched, when somebody presses Enter in it: its first button that sends it counts. */
function fieldsOf(form: Element): [string, string][] {
  const fields = DomUtils.find(
    (node) => DomUtils.isTag(node) && has(node, 'name'),
    [form],
    true,
    Infinity,
  ) as Element[];
  const pressed = DomUtils.getElementsByTagName('button', form).find((one) => attribute(one, 'type') !== 'button');
  return fields.flatMap((field): [string, string][] => {
    const name = attribute(field, 'name');
    if (has(field, 'disabled') || (field.name === 'button' && field !== pressed)) return [];
    if (field.name === 'textarea') return [[name, DomUtils.textContent(field)]];
    if (field.name === 'select') {
      const options = DomUtils.getElementsByTagName('option', field);
      const chosen = options.find((option) => has(option, 'selected')) ?? options[0];
      return chosen ? [[name, attribute(chosen, 'value')]] : [];
    }
    const ticked = !/^(checkbox|radio)$/.test(attribute(field, 'type')) || has(field, 'checked');
    return ticked ? [[name, attribute(field, 'value') || (has(field, 'value') ? '' : 'on')]] : [];
  });
}

function wordsOf(html: string): string {
  const document = parseDocument(html);
  const [main] = DomUtils.getElementsByTagName('main', document);
  return DomUtils.innerText(main ?? document.children)
    .replace(/\s+/g, ' ')
    .trim();
}
