import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { type RequestOptions, request as httpsRequest } from 'node:https';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { makeCertificate, NAME, type Place, PROXIES } from './proxyFiles.ts';
import { until } from './until.ts';

export const PROGRAMS = ['nginx', 'caddy', 'openssl'];

type Tell = (line: string) => void;

const project = path.join(import.meta.dirname, '..', '..');
const PUBLIC = `https://${NAME}`;

/** Puts each proxy of docs/self-hosting in front of a running Dunwell, and visits it as a browser and as an attacker would. */
export async function tryProxies(folder: string, tell: Tell): Promise<void> {
  makeCertificate(folder);
  for (const [name, prepare] of Object.entries(PROXIES)) {
    const place = { folder, own: await freePort(), http: await freePort(), https: await freePort() };
    const [program, check, run] = prepare(place);
    execFileSync(program, check, { stdio: 'pipe' });
    tell(`${name}: takes its configuration`);
    const dunwell = start(process.execPath, [path.join(project, 'src/main.ts'), 'serve'], {
      DUNWELL_DATA_DIR: path.join(folder, name),
      DUNWELL_PORT: String(place.own),
      DUNWELL_BASE_URL: PUBLIC,
      DUNWELL_TRUST_PROXY: '1',
    });
    await until(() => dunwell.said().includes('"started"'), `Dunwell did not start: ${dunwell.said()}`);
    const proxy = start(program, run, { HOME: folder });
    try {
      await until(() => isListening(place.https), 'it does not listen');
      await visit(place, dunwell.said);
      tell(`${name}: TLS, HSTS and secure cookies; what a visitor claims about himself is not believed`);
    } catch (error) {
      throw new Error(`${name}: ${(error as Error).message}\n${proxy.said()}`, { cause: error });
    } finally {
      await Promise.all([proxy.end(), dunwell.end()]);
    }
  }
}

async function visit(place: Place, said: () => string): Promise<void> {
  const plain = await ask(place, '/sign-in', { plain: true });
  assert.match(String(plain.status), /^30[18]$/);
  assert.equal(plain.headers.location, `${PUBLIC}/sign-in`);
  const token = /token=([\w-]+)/.exec(said())?.[1] ?? '';
  const setup = await ask(place, `/setup?token=${token}`);
  assert.equal(setup.status, 200, 'the page of the first visit');
  const password = 'seigle-levain-fournil-27';
  const owner = {
    name: 'Anna Meunier',
    email: 'anna@meunier.example',
    password,
    company: 'Meunier & Fils',
    country: 'FR',
  };
  const form = { ...owner, token, timeZone: 'Europe/Paris', language: 'en', currency: 'EUR' };
  const done = await ask(place, '/setup', { cookies: setup.cookies, form: { ...form, _csrf: csrfIn(setup.body) } });
  assert.deepEqual([done.status, done.headers.location], [303, '/start']);
  const page = await ask(place, '/sign-in');
  assert.equal(page.status, 200);
  assert.equal(page.headers['strict-transport-security'], 'max-age=31536000; includeSubDomains');
  assert.match(page.cookies[0] ?? '', /^__Host-\w+=[\w-]+; .*HttpOnly; Secure; SameSite=Lax/);
  const wrong = { email: 'anna@meunier.example', password: 'wrong wrong wrong', _csrf: csrfIn(page.body) };
  const forged = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' };
  const guess = await ask(place, '/sign-in', { cookies: page.cookies, form: wrong, headers: forged });
  assert.equal(guess.status, 422, 'a wrong password');
  await until(() => said().includes('sign_in_refused'), 'the refusal is not in the log');
  assert.match(said(), /sign_in_refused.*127\.0\.0\.0\/24/, 'the visitor is not where he says he is');
  const foreign = { ...forged, origin: 'https://evil.example' };
  const other = await ask(place, '/sign-in', { cookies: page.cookies, form: wrong, headers: foreign });
  assert.equal(other.status, 403, 'a form of another site');
  const large = { ...wrong, email: 'a'.repeat(1_100_000) };
  const much = await ask(place, '/sign-in', { cookies: page.cookies, form: large });
  assert.equal(much.status, 413);
  assert.match(much.body, /<html lang=/, 'Dunwell itself says what was too large');
}

const csrfIn = (page: string): string => /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? '';

interface Asked {
  plain?: boolean;
  cookies?: readonly string[];
  form?: Record<string, string>;
  headers?: Record<string, string>;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  cookies: string[];
  body: string;
}

/** One request to the proxy, by the name that people type. */
async function ask({ folder, http, https }: Place, address: string, asked: Asked = {}): Promise<Answer> {
  const { plain = false, cookies = [], form, headers } = asked;
  const body = form && new URLSearchParams(form).toString();
  const message = (plain ? httpRequest : httpsRequest)({
    host: '127.0.0.1',
    port: plain ? http : https,
    path: address,
    method: body ? 'POST' : 'GET',
    agent: false,
    servername: NAME,
    ca: readFileSync(path.join(folder, 'fullchain.pem')),
    headers: {
      host: NAME,
      origin: PUBLIC,
      cookie: cookies.map((cookie) => cookie.split(';')[0]).join('; '),
      ...(body && { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) }),
      ...headers,
    },
  } as RequestOptions);
  message.end(body);
  const [response] = await once(message, 'response');
  return {
    status: response.statusCode,
    headers: response.headers,
    cookies: response.headers['set-cookie'] ?? [],
    body: await text(response),
  };
}

/** A program of this drill, what it has said so far, and its end. */
function start(program: string, args: readonly string[], env: Record<string, string>) {
  const child = spawn(program, args, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk));
  const gone = once(child, 'exit');
  return {
    said: () => said,
    async end() {
      child.kill('SIGTERM');
      await gone;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}
