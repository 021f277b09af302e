// A visitor behind the proxy: makes the first visit, then looks at a template.
//   node test/container/visit.ts TOKEN
const [token = ''] = process.argv.slice(2);
const PUBLIC = 'https://dunwell.example';
const cookies = new Map<string, string>();

async function ask(path: string, form?: Record<string, string>): Promise<Response> {
  const headers = {
    cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    origin: PUBLIC,
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'dunwell.example',
    'x-forwarded-for': '203.0.113.7',
  };
  const body = form && new URLSearchParams(form);
  const answer = await fetch(`http://127.0.0.1:3000${path}`, {
    method: form ? 'POST' : 'GET',
    headers,
    body,
    redirect: 'manual',
  });
  for (const line of answer.headers.getSetCookie()) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (!name.startsWith('__Host-') || !/; Secure/.test(line))
      throw new Error(`a cookie that travels in clear: ${name}`);
    cookies.set(name, value);
  }
  if (!answer.headers.get('strict-transport-security')) throw new Error(`${path}: no HSTS`);
  return answer;
}

async function page(path: string): Promise<string> {
  const answer = await ask(path);
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
  return answer.text();
}

const setup = await page(`/setup?token=${token}`);
const made = await ask('/setup', {
  _csrf: /name="_csrf" value="([^"]+)"/.exec(setup)?.[1] ?? '',
  token,
  name: 'Anna Meunier',
  email: 'anna@meunier.example',
  password: 'seigle-levain-fournil-27',
  company: 'Meunier & Fils',
  country: 'FR',
  timeZone: 'Europe/Paris',
  language: 'en',
  currency: 'EUR',
});
if (made.headers.get('location') !== '/start') throw new Error(`the first visit: ${made.status} ${await made.text()}`);
// The picture of a template: it is filled in by a process beside the service, which talks to it over a socket.
const picture = /\/templates\/\d+\/body\?language=en/.exec(await page('/templates'))?.[0];
if (!picture) throw new Error('there is no template');
const message = await page(picture);
if (!message.includes('Meunier &amp; Fils')) throw new Error(`${picture}: ${message}`);
process.stdout.write(`first visit, then ${picture}: ${message.length} characters\n`);
