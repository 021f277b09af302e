import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import PostalMime, { type Email } from 'postal-mime';
import supertest from 'supertest';
import { clockAt } from '../../../src/clock.ts';
import { addDays, type Day } from '../../../src/domain/calendar.ts';
import { tick } from '../../../src/jobs/daily.ts';
import { SILENT } from '../../../src/log.ts';
import { ANNA, openWeb, type OpenWeb, signIn } from '../../support/web.ts';
import { type Element, nameOf, plain, readPage, within, wordsOf } from './page.ts';

/** What a mail server would have been handed: the stored bytes, read. */
export interface Letter extends Email {
  receivers: string[];
  table: string[][];
  pdfs: string[];
}

/**
 * Somebody who follows a help article: looks at a page, clicks what is called so, fills in what is labelled so. What is
 * not on the page cannot be clicked. No script runs: links and forms are followed as they stand in the HTML.
 */
export class Reader {
  readonly open: OpenWeb;
  page: Element = readPage('');
  /** The address of the page that is being looked at. */
  url = '';
  #folder = mkdtempSync(path.join(tmpdir(), 'dunwell-article-'));

  constructor(open: OpenWeb) {
    this.open = open;
  }

  /** Anna, the owner of the example company, whose screens speak a language, at 10:00 of Monday 23 November 2026. */
  static async of(language: 'en' | 'fr' | 'it'): Promise<Reader> {
    const open = await openWeb({ language });
    await open.db('users').update({ language });
    return new Reader(open);
  }

  async close(): Promise<void> {
    await this.open.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** All that can be read on the page, without its frame. */
  get words(): string {
    return wordsOf(this.main);
  }

  get main(): Element {
    return within(this.page).find(({ attributes }) => attributes.id === 'main') ?? this.page;
  }

  /** What a short message at the edge says. */
  get toast(): string {
    const toasts = within(this.page).find(({ attributes }) => attributes.id === 'toasts');
    return toasts ? wordsOf(toasts) : '';
  }

  /** Goes to an address that nobody has to know: `/`, or one that a page has given. */
  async go(url: string, status = 200): Promise<void> {
    const response = await this.open.anna.get(url);
    await this.#land(url, response, status);
  }

  async #land(
    url: string,
    response: { status: number; text: string; headers: Record<string, string> },
    status: number,
  ): Promise<void> {
    if (response.status >= 301 && response.status <= 303)
      return this.go(new URL(response.headers.location ?? '', 'http://here').href.slice('http://here'.length), status);
    if (response.status !== status) throw new Error(`${url} answered ${response.status}`);
    this.url = url;
    this.page = readPage(response.text);
  }

  /** Follows the link that is called so; `part` narrows where it is looked for. */
  async click(name: string, part: Element = this.page): Promise<void> {
    await this.go(this.link(name, part));
  }

  /** Where the link that is called so leads. */
  link(name: string, part: Element = this.page): string {
    const links = within(part).filter(({ tag }) => tag === 'a');
    const found = links.find((link) => nameOf(link) === name) ?? links.find((link) => nameOf(link).startsWith(name));
    if (!found) throw new Error(`no link “${name}” among: ${links.map(nameOf).join(' | ')}`);
    return found.attributes.href ?? '';
  }

  /** The smallest part of the page of a kind (`tr`, `li`, `section`) that holds these words. */
  part(tag: string, words: string): Element {
    const parts = within(this.main).filter((one) => one.tag === tag && wordsOf(one).includes(plain(words)));
    const found = parts.toSorted((a, b) => wordsOf(a).length - wordsOf(b).length)[0];
    if (!found) throw new Error(`no <${tag}> with “${words}” in: ${this.words}`);
    return found;
  }

  /** Every row of the list by its words. */
  get rows(): string[] {
    return within(this.main)
      .filter(({ tag, attributes }) => tag === 'tr' && attributes.id)
      .map(wordsOf);
  }

  /** Presses the button that is called so, after filling in what is labelled so: text, the words of an option, or a tick. */
  async press(
    button: string,
    fields: Record<string, string | boolean> = {},
    { part = this.page, status = 200 }: { part?: Element; status?: number } = {},
  ): Promise<void> {
    const buttons = within(part).filter(({ tag, attributes }) => tag === 'button' && attributes.type !== 'button');
    const pressed =
      buttons.find((one) => nameOf(one) === button) ?? buttons.find((one) => nameOf(one).startsWith(button));
    if (!pressed) throw new Error(`no button “${button}” among: ${buttons.map(nameOf).join(' | ')}`);
    const forms = within(this.page).filter(({ tag }) => tag === 'form');
    const owner = pressed.attributes.form;
    const form = forms.find((one) => (owner ? one.attributes.id === owner : within(one).includes(pressed)));
    if (!form) throw new Error(`“${button}” belongs to no form`);
    const sent = valuesOf(form);
    for (const [label, value] of Object.entries(fields)) fill(form, sent, label, value);
    const { name, value = '', formaction } = pressed.attributes;
    if (name) sent.push([name, value]);
    const body: Record<string, string | string[]> = {};
    for (const key of new Set(sent.map(([one]) => one))) {
      const values = sent.filter(([one]) => one === key).map(([, one]) => one);
      body[key] = key === 'ids' || key === 'documents' ? values : (values.at(-1) ?? '');
    }
    const url = formaction ?? form.attributes.action ?? this.url;
    await this.#land(url, await this.open.anna.post(url, body), status);
  }

  /** Whether a switch or tick with this label is on. */
  isTicked(label: string): boolean {
    const box = fieldsNamed(this.main, label)[0];
    if (!box) throw new Error(`nothing to tick is called “${label}”`);
    return 'checked' in box.attributes;
  }

  /** The words of the options of a choice. */
  options(label: string): string[] {
    const select = fieldsNamed(this.main, label)[0];
    return select ? within(select).flatMap((one) => (one.tag === 'option' ? [wordsOf(one)] : [])) : [];
  }

  /** The clock goes on to a moment; the server looks at it as it does every few seconds. Sessions do not last for days. */
  async wait(day: Day, ...times: string[]): Promise<void> {
    const { web } = this.open;
    for (const time of times) {
      web.clock = clockAt(day, time, 'Europe/Paris');
      await tick({
        ...web,
        owner: 'test',
        lockFile: path.join(this.#folder, 'lock'),
        log: SILENT,
        goOn: () => true,
      });
    }
    await signIn(this.open.anna, ANNA.email);
  }

  /** Day after day goes by, weekends too; each time the server looks at one o'clock and again ten minutes later. */
  async live(from: Day, to: Day): Promise<void> {
    for (let day = from; day <= to; day = addDays(day, 1)) await this.wait(day, '13:00', '13:10');
  }

  /** Settings → Sending → Turn on…: looks at what would leave, agrees, and lets it leave by itself. */
  async turnOnSending(words: {
    settings: string;
    sending: string;
    turnOn: string;
    automatic: string;
    confirm: string;
    button: string;
  }): Promise<void> {
    await this.click(words.settings);
    await this.click(words.sending, this.main);
    await this.click(words.turnOn, this.main);
    await this.press(words.button, { [words.automatic]: true, [words.confirm]: true });
  }

  /** Opens the message that the page shows and reads the bytes that left. */
  async letter(download: string): Promise<Letter> {
    const url = this.link(download, this.main);
    const { app, anna } = this.open;
    const response = await supertest(app)
      .get(url)
      .set('Cookie', anna.cookie())
      .buffer(true)
      .parse((stream, done) => {
        const parts: Buffer[] = [];
        stream.on('data', (part: Buffer) => parts.push(part));
        stream.on('end', () => done(null, Buffer.concat(parts)));
      });
    if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
    const email = await PostalMime.parse(response.body as Buffer);
    const tables = within(readPage(email.html ?? '')).filter(({ tag }) => tag === 'tr');
    return {
      ...email,
      receivers: (email.to ?? []).map(({ address }) => address ?? ''),
      table: tables.map((row) => row.children.flatMap((cell) => (typeof cell === 'string' ? [] : [wordsOf(cell)]))),
      pdfs: email.attachments
        .filter(({ mimeType, content }) => {
          const bytes = Buffer.from(content as ArrayBuffer);
          return mimeType === 'application/pdf' && bytes.subarray(0, 5).toString('latin1') === '%PDF-';
        })
        .map(({ filename }) => filename ?? ''),
    };
  }
}

/** What a form would send if nothing were touched. */
function valuesOf(form: Element): [string, string][] {
  return within(form).flatMap((one): [string, string][] => {
    const { name, value = '', type = 'text' } = one.attributes;
    if (!name || 'disabled' in one.attributes || one.tag === 'button') return [];
    if (one.tag === 'select') {
      const options = within(one).filter(({ tag }) => tag === 'option');
      const chosen = options.find(({ attributes }) => 'selected' in attributes) ?? options[0];
      return [[name, chosen?.attributes.value ?? '']];
    }
    if (one.tag === 'textarea') return [[name, one.children.join('')]];
    if (one.tag !== 'input') return [];
    if (type === 'checkbox' || type === 'radio') return 'checked' in one.attributes ? [[name, value]] : [];
    return [[name, value]];
  });
}

/** The fields called so, in the order of the page; where none is, those whose label begins so. */
function fieldsNamed(part: Element, label: string): Element[] {
  const named = labelled(part);
  const exact = named.filter(([words]) => words === label);
  return (exact.length ? exact : named.filter(([words]) => words.startsWith(label))).map(([, field]) => field);
}

/** Every field with its label, which stands before it, or around it, or in its name for those who hear the page. */
function labelled(part: Element): [string, Element][] {
  const all = within(part);
  return all.flatMap((one): [string, Element][] => {
    const own = one.attributes['aria-label'];
    if (FIELD.test(one.tag)) return own ? [[plain(own), one]] : [];
    if (one.tag !== 'label') return [];
    const target = one.attributes.for;
    const field = target
      ? all.find(({ attributes }) => attributes.id === target)
      : within(one).find(({ tag }) => FIELD.test(tag));
    return field ? [[wordsOf(one), field]] : [];
  });
}

const FIELD = /^(input|select|textarea)$/;

/** Fills in a field: “Name of the step #2” is the second one with that label. */
function fill(form: Element, sent: [string, string][], label: string, value: string | boolean): void {
  const [, words = '', place = '1'] = /^(.*?)(?: #(\d+))?$/.exec(label) ?? [];
  const exact = fieldsNamed(form, words);
  const field = exact[Number(place) - 1];
  if (!field) throw new Error(`no field “${label}” in: ${wordsOf(form)}`);
  const { name = '', type, value: own = '' } = field.attributes;
  const without = (keep: (one: [string, string]) => boolean): void =>
    void sent.splice(0, sent.length, ...sent.filter(keep));
  if (type === 'checkbox') {
    without(([key, one]) => key !== name || one !== own);
    if (value) sent.push([name, own]);
    return;
  }
  without(([key]) => key !== name);
  sent.push([name, type === 'radio' ? own : field.tag === 'select' ? optionOf(field, String(value)) : String(value)]);
}

function optionOf(select: Element, words: string): string {
  const options = within(select).filter(({ tag }) => tag === 'option');
  const found = options.find((option) => wordsOf(option) === plain(words));
  if (!found) throw new Error(`no option “${words}” among: ${options.map(wordsOf).join(' | ')}`);
  return found.attributes.value ?? '';
}
