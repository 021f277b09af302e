import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Answer, Walker } from './overHttp.ts';
import { type Ended, type Place, type Program, runProgram, type Served, serveProgram } from './program.ts';

/** What was seen on the way, in order: what it is, and what it was like. */
export type Seen = [what: string, like: unknown];

const NAME = 'Anna Meunier';
const OWNER = { email: 'anna@meunier.example', password: 'seigle-levain-fournil-27' };

/** The pages that the side bar and the settings lead to. */
const PAGES = [
  ...'invoices customers todo plans templates outbox runs forecast account'.split(' '),
  ...'company sending holidays mail notices language'.split(' ').map((name) => `settings/${name}`),
].map((name) => `/${name}`);

/** What a start and a stop always say in the log. */
const ALWAYS = /^(database_made|started|stopping|stopped)$/;

/** More open invoices than are counted on the way to a page; a process of its own counts them. */
const MANY = 2_100;

/**
 * The way of an owner with one way to start the product, in an empty folder without a PATH: the first visit, the example company,
 * every page, a run, its messages, a letter, a template, a large import, a backup and a restore. Returns what was seen, without
 * what must differ from one installation to the next: hours, keys and the folder's name.
 */
export async function walk(program: Program): Promise<Seen[]> {
  const home = mkdtempSync(path.join(tmpdir(), 'dunwell-walk-'));
  const here = path.join(home, 'here');
  mkdirSync(here);
  const data = path.join(home, '.local', 'share', 'dunwell');
  const place = { cwd: here, env: { HOME: home, PATH: '', DUNWELL_DATA_DIR: data, DUNWELL_TIME_TRAVEL: '1' } };
  return new Walk(program, place, { home, data }).all();
}

class Walk {
  readonly #program: Program;
  readonly #place: Place;
  readonly #folders: { home: string; data: string };
  readonly #seen: Seen[] = [];

  constructor(program: Program, place: Place, folders: { home: string; data: string }) {
    this.#program = program;
    this.#place = place;
    this.#folders = folders;
  }

  async all(): Promise<Seen[]> {
    for (const args of [['--version'], ['--help'], ['check'], ['forcast'], ['run', '--dya', 'x']])
      await this.#type(args);
    const first = await this.#serve();
    const walker = new Walker(first.base);
    await this.#firstVisit(walker, first.token);
    await this.#look(walker);
    const day = await this.#turnOn(walker);
    await this.#type(['run', '--day', day, '--deliver', '--json']);
    await this.#readMail(walker);
    await this.#writeAndDraw(walker);
    await this.#type(['backup', 'monday.db']);
    await this.#pay(walker);
    await this.#stop(first);
    await this.#type(['restore', 'monday.db']);
    await this.#importMany();
    const again = await this.#serve();
    const back = new Walker(again.base);
    this.#page('signed in again', await back.submit('/sign-in', /sign-in/, OWNER));
    this.#page('held', await back.get('/held'));
    this.#page('decided', await back.submit('/held', /decision/, { choice: 'left' }));
    this.#page('the payment is not there', await back.get('/invoices?search=FA-2026'));
    this.#note('the next run', await this.#countIn(back));
    await this.#stop(again);
    await this.#type(['export', 'archive']);
    this.#note('the archive', this.#archive());
    await this.#type(['check', '--json']);
    this.#note('files', readdirSync(this.#folders.data).filter(isLasting).map(masked).sort());
    this.#note('nothing is written where it was started', readdirSync(this.#place.cwd).sort());
    return this.#seen;
  }

  async #firstVisit(walker: Walker, token: string): Promise<void> {
    const company = {
      company: 'Meunier & Fils',
      country: 'FR',
      timeZone: 'Europe/Paris',
      language: 'en',
      currency: 'EUR',
    };
    this.#page('set up', await walker.submit(`/setup?token=${token}`, /setup/, { name: NAME, ...OWNER, ...company }));
    this.#page('the example company', await walker.submit('/start', /start/, { choice: 'example' }));
  }

  async #look(walker: Walker): Promise<void> {
    let html = '';
    for (const address of PAGES) {
      const page = await walker.get(address);
      html += page.html;
      this.#page(address, page);
    }
    // What it says depends on the hour: whether there is a copy of this night.
    this.#note('backups', (await walker.get('/settings/data')).status);
    const assets = [...new Set(html.match(/\/assets\/[\w.-]+/g))].sort();
    for (const asset of assets) this.#note(asset, digest((await walker.get(asset)).body));
  }

  /** Turns on sending and returns the day of the next run. */
  async #turnOn(walker: Walker): Promise<string> {
    const { html } = await walker.get('/settings/sending/turn-on');
    const [, day = ''] = /name="day" value="([\d-]+)"/.exec(html) ?? [];
    const answer = await walker.submit('/settings/sending/turn-on', /turn-on/, { mode: 'automatic', confirmed: '1' });
    this.#page('turned on', answer);
    return day;
  }

  async #readMail(walker: Walker): Promise<void> {
    const outbox = await walker.get('/outbox?state=sent');
    this.#page('the outbox', outbox);
    const [id = ''] = /(?<=href="\/reminders\/)\d+/.exec(outbox.html) ?? [];
    this.#page('a message', await walker.get(`/reminders/${id}`));
    this.#page('its words', await walker.get(`/reminders/${id}/body`));
    const attached = await walker.get(`/reminders/${id}/attachments/0`);
    this.#note('what is attached', [attached.status, attached.type, digest(attached.body)]);
    const { body } = await walker.get(`/reminders/${id}/message.eml`);
    this.#note(
      'its bytes',
      this.#plain(body.toString('latin1').replace(/^(Message-ID|Date|References|In-Reply-To):.*$/gim, '')),
    );
  }

  /** What processes of their own do: try a template out, and draw a letter. */
  async #writeAndDraw(walker: Walker): Promise<void> {
    const { html } = await walker.get('/templates');
    const [template = ''] = /\/templates\/\d+(?=")/.exec(html) ?? [];
    for (const subject of ['About {{invoice.number}}', '{{nothing.here}}'])
      this.#page(`template: ${subject}`, await walker.submit(template, /\/templates\/\d+$/, { subject }));
    const page = await walker.get(`/sending/letter?ids=${await this.#firstInvoice(walker)}`);
    const [address = ''] = /\/sending\/previews\/[\w-]+\/letter\.pdf/.exec(page.html) ?? [];
    const letter = await walker.get(address);
    this.#note('a letter', [letter.status, letter.type, letter.body.subarray(0, 5).toString(), letter.body.length]);
  }

  async #firstInvoice(walker: Walker): Promise<string> {
    return /(?<=invoice-)\d+/.exec((await walker.get('/invoices')).html)?.[0] ?? '';
  }

  async #importMany(): Promise<void> {
    const rows = Array.from({ length: MANY }, (_, n) => `Quiet Ltd,Q-${n},2026-01-05,2026-02-04,EUR,10.00`);
    writeFileSync(
      path.join(this.#place.cwd, 'many.csv'),
      ['customer,number,issued,due,currency,total', ...rows].join('\n'),
    );
    await this.#type(['import', 'many.csv', '--as', 'invoices', '--json']);
  }

  /** What the line on top says of the next run, once it has been counted. */
  async #countIn(walker: Walker): Promise<string> {
    for (const end = Date.now() + 60_000; Date.now() < end; await setTimeout(200)) {
      const [found] = /\d+ messages?[^<.]*/.exec((await walker.get('/runs')).html) ?? [];
      if (found) return found;
    }
    return 'nothing';
  }

  async #pay(walker: Walker): Promise<void> {
    const form = `/invoices/${await this.#firstInvoice(walker)}/payments/new`;
    this.#page('a payment after the backup', await walker.submit(form, /payments/));
  }

  /** Its lines without their order, which follows keys drawn by chance; messages bear such keys inside. */
  #archive(): string[] {
    const text = readFileSync(path.join(this.#place.cwd, 'archive', 'dunwell.json'), 'utf8');
    return this.#plain(text.replace(/"raw": "[^"]*"/g, '"raw"'))
      .split('\n')
      .map((line) => line.replace(/,$/, ''))
      .sort();
  }

  async #type(args: readonly string[]): Promise<void> {
    this.#ended(`dunwell ${args.join(' ')}`, await runProgram(this.#program, args, this.#place));
  }

  #serve(): Promise<Served> {
    return serveProgram(this.#program, this.#place);
  }

  async #stop(served: Served): Promise<void> {
    const { code, stdout, stderr } = await served.stop();
    const lines = stderr.trim().split('\n');
    const events = lines.map((line) => JSON.parse(line) as { event: string; level: string });
    // What the daily job meanwhile came to do is a matter of seconds; what went wrong is not.
    const own = events.filter(({ event, level }) => level === 'error' || ALWAYS.test(event)).map(({ event }) => event);
    this.#note('stopped', [code, this.#plain(stdout), own]);
  }

  #ended(what: string, { code, stdout, stderr }: Ended): void {
    this.#note(what, [code, this.#plain(stdout), this.#plain(stderr)]);
  }

  #page(what: string, { status, path: address, text }: Answer): void {
    this.#note(what, [status, this.#plain(address), this.#plain(text)]);
  }

  #note(what: string, like: unknown): void {
    this.#seen.push([this.#plain(what), like]);
  }

  #plain(text: string): string {
    return masked(text.replaceAll(this.#folders.home, 'HOME'));
  }
}

/** Locks and the unpacked library come and go, and so do copies, which are made at night. */
const isLasting = (name: string): boolean => !/^\.native-|\.lock$|-(wal|shm)$|^backups$/.test(name);

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Hours, ports, sizes of the disk and everything drawn by chance. */
const masked = (text: string): string =>
  text
    .replace(/\d{4}-\d\d-\d\dT\d\d[:-]?\d\d[:-]?\d\d(\.\d+)?Z?/g, 'INSTANT')
    .replace(/\b\d{1,2}:\d{2}\b/g, 'HOUR')
    .replaceAll('npm run -s dunwell --', 'dunwell')
    .replace(/the last nightly one is of INSTANT|no nightly one yet/g, 'NIGHTLY')
    .replace(/localhost:\d+/g, 'localhost:PORT')
    .replace(/\b[\d.,]+ (MB|GB|KB|MiB)\b/g, 'SIZE')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'UUID')
    .replace(/[\w-]{22,}/g, 'KEY');
