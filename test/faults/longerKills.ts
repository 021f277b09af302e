// F1, F3, F41: kill -9 in what is not a delivery: an import, a migration, a message that a person sends over HTTP.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import knex from 'knex';
import { migrationNames, migrationSource } from '../../migrations/index.ts';
import { openDatabase } from '../../src/store/database.ts';
import {
  blueprint,
  build,
  compare,
  debtors,
  demolish,
  dice,
  discard,
  firmOf,
  type House,
  run,
  sleep,
  start,
  temporary,
  until,
  write,
} from './house.ts';
import { hasStrace, nothing, strace, type Sweep } from './kill.ts';
import { firmOfToday } from './processes.ts';
import { startFaultServer } from './server.ts';
import { type Line, line } from './table.ts';

type Dice = ReturnType<typeof dice>;

/** Starts a command and kills it at a moment: inside a system call, or after a while. */
async function killed(
  house: House,
  args: string[],
  chance: Dice,
  { calls, time }: { calls: number; time: number },
): Promise<boolean> {
  const traced = hasStrace && chance.below(3) > 0;
  const under = traced ? strace(`pwrite64:signal=KILL:when=${1 + chance.below(calls)}`) : [];
  const process = start(house, args, { under });
  const timer = traced ? undefined : setTimeout(() => process.child.kill('SIGKILL'), chance.below(time));
  const { signal } = await process.ended;
  clearTimeout(timer);
  return signal === 'SIGKILL';
}

/** An import is whole or absent; the same file again changes nothing (F34). */
export async function sweepImport(size: number, kills: number, seed: number): Promise<Sweep> {
  const chance = dice(seed);
  const total = nothing();
  const folder = temporary();
  const archive = path.join(folder, 'archive.json');
  const sheet = path.join(folder, 'invoices.csv');
  writeFileSync(archive, JSON.stringify(firmOf(debtors(size))));
  writeFileSync(sheet, sheetOf(size));
  const empty = path.join(folder, 'empty.db');
  await (await openDatabase(empty)).destroy();
  const imports = [
    ['import', archive],
    ['import', sheet, '--as', 'invoices', '--currency', 'EUR'],
  ];
  const invoices = (house: House): number =>
    write(house.file, (db) => db.prepare('SELECT count(*) FROM invoices').pluck().get() as number);
  for (let n = 0; total.kills < kills; n++) {
    const house = build(empty, { host: '' });
    const args = imports[n % 2] as string[];
    for (let lives = 0; lives < 12 && total.kills < kills; lives++) {
      if (!(await killed(house, args, chance, { calls: size * 2, time: 2500 }))) break;
      total.kills += 1;
      const there = invoices(house);
      if (there !== 0 && there !== size) total.notes.push(`${there} of ${size} invoices were imported`);
      if (there === size) break;
    }
    for (let k = 0; k < 2; k++) await run(house, args);
    const there = invoices(house);
    if (there < size) total.lost += size - there;
    if (there > size) total.doubled += there - size;
    demolish(house);
  }
  discard(folder);
  return total;
}

const sheetOf = (size: number): string =>
  ['Invoice number;Date;Due date;Customer;Amount;E-mail']
    .concat(
      Array.from(
        { length: size },
        (_, n) => `F-${n};05/01/2026;02/02/2026;Customer ${n};100,00;c${n}@customer.example`,
      ),
    )
    .join('\r\n');

/** A migration is whole or absent, from every earlier state of the database on; the data survive. */
export async function sweepMigrations(kills: number, seed: number): Promise<Sweep> {
  const chance = dice(seed);
  const total = nothing();
  const folder = temporary();
  const states = await earlierStates(folder);
  const wanted = shapeOf(await blueprint(path.join(folder, 'whole.db'), firmOf([])));
  for (let n = 0; total.kills < kills; n++) {
    const version = n % states.length;
    const dataDir = path.join(temporary(), 'data');
    mkdirSync(dataDir);
    const house = { dataDir, file: path.join(dataDir, 'dunwell.db') };
    copyFileSync(states[version] as string, house.file);
    for (let lives = 0; lives < 8 && total.kills < kills; lives++) {
      if (!(await killed(house, ['user', 'list'], chance, { calls: 160, time: 900 }))) break;
      total.kills += 1;
    }
    const { code, stderr } = await run(house, ['user', 'list']);
    if (code !== 0) total.notes.push(`from ${version}: it ended with ${code}: ${stderr}`);
    if (shapeOf(house.file) !== wanted) total.notes.push(`from ${version}: the tables are not as they should be`);
    const sound = write(house.file, (db) => db.pragma('integrity_check', { simple: true }));
    if (sound !== 'ok') total.notes.push(`from ${version}: ${String(sound)}`);
    const kept = write(house.file, (db) => db.prepare('SELECT count(*) FROM customers').pluck().get());
    if (version > 0 && kept !== 1) total.lost += 1;
    demolish(house);
  }
  discard(folder);
  return total;
}

const shapeOf = (file: string): string =>
  write(file, (db) =>
    (db.prepare(`SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name`).pluck().all() as string[]).join(
      '\n',
    ),
  );

/** A database file of each earlier state, with a customer in it. */
async function earlierStates(folder: string): Promise<string[]> {
  const states: string[] = [];
  for (let version = 0; version < migrationNames.length; version++) {
    const filename = path.join(folder, `state-${version}.db`);
    const db = knex({ client: 'better-sqlite3', connection: { filename }, useNullAsDefault: true });
    for (let n = 0; n < version; n++) await db.migrate.up({ migrationSource });
    if (version > 0)
      await db('customers').insert({ code: 'A', name: 'A', language: 'en', created_at: '2026-01-05T11:00:00.000Z' });
    else await db.raw('PRAGMA user_version = 0');
    await db.destroy();
    states.push(filename);
  }
  return states;
}

/** A message that a person sends over HTTP: the form is sent again after each kill, and is one message. */
export async function sweepByHand(kills: number, seed: number): Promise<Sweep & { forms: number }> {
  const chance = dice(seed);
  const total = { ...nothing(), forms: 0 };
  const folder = temporary();
  const server = await startFaultServer(folder);
  const archive = firmOfToday(200);
  const plan = await blueprint(path.join(folder, 'plan.db'), {
    ...archive,
    settings: { ...archive.settings, mode: 'off' },
  } as typeof archive);
  const house = build(plan, { port: server.port });
  const password = path.join(folder, 'password');
  writeFileSync(password, PASSWORD);
  await addOwner(house);
  let app = await serve(house);
  await app.signIn();
  let invoice = 0;
  while (total.kills < kills && invoice < 190) {
    const forms: Form[] = [];
    for (let n = 0; n < 3; n++) forms.push(await app.form(`/sending/email?ids=${++invoice}`));
    total.forms += forms.length;
    const answers = Promise.all(forms.map((form) => app.send(form).catch(() => 0)));
    await sleep(chance.below(120));
    app.kill();
    total.kills += 1;
    await answers;
    app = await serve(house, app.cookies);
    // Every other time it dies once more, in the middle of the second try.
    if (chance.below(2) === 0 && total.kills < kills) {
      const seconds = Promise.all(forms.map((form) => app.send(form).catch(() => 0)));
      await sleep(chance.below(60));
      app.kill();
      total.kills += 1;
      await seconds;
      app = await serve(house, app.cookies);
    }
    for (const form of forms) {
      const status = await app.send(form);
      if (status !== 303 && status !== 200) total.notes.push(`the form was answered with ${status}`);
    }
  }
  app.kill();
  const queued = write(
    house.file,
    (db) => db.prepare(`SELECT count(*) FROM reminders WHERE origin = 'manual'`).pluck().get() as number,
  );
  if (queued < total.forms) total.lost += total.forms - queued;
  if (queued > total.forms) total.doubled += queued - total.forms;
  await run(house, ['run', '--deliver', '--day', firstDayOf()]);
  const count = compare(house, server.accepted(), 0);
  total.lost += count.lost;
  total.doubled += count.doubled;
  total.uncertain += count.uncertain;
  total.notes.push(...count.problems);
  if (server.accepted().length !== total.forms)
    total.notes.push(`${server.accepted().length} of ${total.forms} arrived`);
  await server.stop();
  demolish(house);
  discard(folder);
  return total;
}

const firstDayOf = (): string => new Date(Date.now() + 3_600_000).toISOString().slice(0, 10);

/** F7: one form, sent twenty times at once. */
export async function twentyAtOnce(
  rounds: number,
): Promise<{ tries: number; doubled: number; lost: number; notes: string[] }> {
  const result = { tries: 0, doubled: 0, lost: 0, notes: [] as string[] };
  const folder = temporary();
  const archive = firmOfToday(rounds);
  const plan = await blueprint(path.join(folder, 'plan.db'), {
    ...archive,
    settings: { ...archive.settings, mode: 'off' },
  } as typeof archive);
  const house = build(plan, { host: '' });
  await addOwner(house);
  const app = await serve(house);
  await app.signIn();
  for (let n = 1; n <= rounds; n++) {
    const form = await app.form(`/sending/email?ids=${n}`);
    const statuses = await Promise.all(Array.from({ length: 20 }, () => app.send(form)));
    if (statuses.some((status) => status !== 303 && status !== 200))
      result.notes.push(`answers: ${[...new Set(statuses)].join(', ')}`);
    result.tries += 20;
  }
  app.kill();
  const made = write(house.file, (db) => db.prepare('SELECT count(*) FROM reminders').pluck().get() as number);
  result.doubled = Math.max(0, made - rounds);
  result.lost = Math.max(0, rounds - made);
  demolish(house);
  discard(folder);
  return result;
}

/** F36: another program holds the database while somebody signs in: the page says so, and a moment later it works. */
export async function lockedPages(): Promise<Line> {
  const into = line('F36', 'a page while another program holds the database');
  const folder = temporary();
  const house = build(await blueprint(path.join(folder, 'plan.db'), firmOfToday(1)), { host: '' });
  await addOwner(house);
  const app = await serve(house);
  const form = await app.form('/sign-in', { email: OWNER, password: PASSWORD });
  const other = new Database(house.file);
  other.exec('BEGIN IMMEDIATE');
  const during = await app.send(form);
  other.exec('COMMIT');
  other.close();
  const afterwards = await app.send(form);
  if (during !== 503 || afterwards !== 303) into.notes.push(`answers: ${during}, then ${afterwards}`);
  app.kill();
  demolish(house);
  discard(folder);
  return into;
}

const OWNER = 'anna@meunier.example';
const PASSWORD = 'seigle-levain-fournil-27';

async function addOwner(house: House): Promise<void> {
  const process = start(house, ['user', 'add', OWNER, '--name', 'Anna', '--owner', '--password-stdin'], {
    stdin: `${PASSWORD}\n`,
  });
  const { code, stderr } = await process.ended;
  if (code !== 0) throw new Error(`no owner: ${stderr}`);
}

interface Form {
  action: string;
  body: string;
}

interface App {
  cookies: Map<string, string>;
  signIn(): Promise<void>;
  form(path: string, more?: Record<string, string>): Promise<Form>;
  send(form: Form): Promise<number>;
  kill(): void;
}

/** The web app as a browser meets it: cookies, pages, forms. */
async function serve(house: House, cookies = new Map<string, string>()): Promise<App> {
  const process = start(house, ['serve']);
  await until(() => /http:\/\/localhost:\d+/.test(process.said()) || process.child.exitCode !== null, 60);
  const base = /http:\/\/localhost:\d+/.exec(process.said())?.[0];
  if (!base) throw new Error(`it did not start: ${process.said()}`);
  const ask = async (at: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { cookie, 'Sec-Fetch-Site': 'same-origin', Origin: base, ...init.headers };
    const response = await fetch(base + at, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return response;
  };
  const type = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const send = async ({ action, body }: Form): Promise<number> =>
    (await ask(action, { method: 'POST', body, headers: type })).status;
  const form = async (at: string, more: Record<string, string> = {}): Promise<Form> =>
    formIn(await (await ask(at)).text(), at, more);
  return {
    cookies,
    form,
    send,
    async signIn() {
      const status = await send(await form('/sign-in', { email: OWNER, password: PASSWORD }));
      if (status !== 303) throw new Error(`could not sign in: ${status}`);
    },
    kill: () => void process.child.kill('SIGKILL'),
  };
}

/** The page's own form with all that stands in it, as pressing its button would send it. */
function formIn(page: string, at: string, more: Record<string, string>): Form {
  const forms = [...page.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/g)].map(([text]) => text);
  const target = at.split('?')[0] ?? '';
  const form = forms.find((text) => /method="post"/i.test(text) && actionOf(text).split('?')[0] === target);
  if (!form) throw new Error(`${at} shows no form: ${page.slice(0, 300)}`);
  const fields = new URLSearchParams();
  for (const [input] of form.matchAll(/<input\b[^>]*>/g)) {
    const name = attribute(input, 'name');
    const kind = attribute(input, 'type') || 'text';
    if (!name || ['submit', 'button', 'file', 'image'].includes(kind)) continue;
    if ((kind === 'checkbox' || kind === 'radio') && !/\schecked\b/.test(input)) continue;
    fields.append(name, attribute(input, 'value'));
  }
  for (const [area, value = ''] of form.matchAll(/<textarea\b[^>]*>([\s\S]*?)<\/textarea>/g))
    fields.append(attribute(area, 'name'), decoded(value.replace(/^\n/, '')));
  for (const [select] of form.matchAll(/<select\b[^>]*>[\s\S]*?<\/select>/g)) {
    const chosen = /<option\b[^>]*\sselected[^>]*>/.exec(select) ?? /<option\b[^>]*>/.exec(select);
    fields.append(attribute(select, 'name'), attribute(chosen?.[0] ?? '', 'value'));
  }
  for (const [name, value] of Object.entries(more)) fields.set(name, value);
  return { action: actionOf(form), body: fields.toString() };
}

const actionOf = (form: string): string => attribute(form, 'action');
const attribute = (tag: string, name: string): string =>
  decoded(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '');
const decoded = (text: string): string =>
  text
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
