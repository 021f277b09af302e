import { createServer, type Server, type Socket } from 'node:net';
import { smtpTransport } from '../../src/mail/smtp.ts';
import type { Receipt } from '../../src/mail/transport.ts';

/** What a scripted server says to a line of the client; null drops the connection, '' says nothing. */
type Script = (line: string, place: { lines: number; mails: number; dotted: boolean }) => string | null;

interface Scripted {
  port: number;
  lines: string[];
  connections: number;
  mails: number;
  /** Resets the connection in the middle of a body of so many bytes. */
  cutAfter: number;
  close(): Promise<void>;
}

const running: Scripted[] = [];
afterEach(() => Promise.all(running.splice(0).map((server) => server.close())));

/** A mail server of one's own making: says `greeting`, then what the script answers, then what a good server would. */
async function scriptedServer(script: Script = () => 'ok', greeting: string | null = '220 here'): Promise<Scripted> {
  const sockets = new Set<Socket>();
  const scripted = { port: 0, lines: [] as string[], connections: 0, mails: 0, cutAfter: Infinity };
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    scripted.connections += 1;
    if (greeting === null) return void socket.destroy();
    if (greeting !== '') socket.write(`${greeting}\r\n`);
    let inData = false;
    let rest = '';
    let body = 0;
    socket.on('data', (bytes) => {
      if (inData) body += bytes.length;
      if (body > scripted.cutAfter) return void socket.resetAndDestroy();
      rest += bytes.toString('latin1');
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (inData && line !== '.') continue;
        const dotted = inData;
        inData = false;
        if (!dotted) scripted.lines.push(line);
        const place = { lines: scripted.lines.length, mails: scripted.mails, dotted };
        const said = script(dotted ? '.' : line, place);
        if (said === null) return void socket.destroy();
        if (dotted) scripted.mails += 1;
        const reply = said === 'ok' ? standard(line, dotted) : said;
        if (reply.startsWith('354')) inData = true;
        if (reply !== '') socket.write(`${reply}\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  scripted.port = (server.address() as { port: number }).port;
  const whole = Object.assign(scripted, {
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });
  running.push(whole);
  return whole;
}

function standard(line: string, dotted: boolean): string {
  if (dotted) return '250 2.0.0 queued as 1';
  if (/^EHLO/i.test(line)) return '250 here';
  if (/^DATA/i.test(line)) return '354 go on';
  return '250 ok';
}

const raw = Buffer.from('Subject: x\r\n\r\nbody\r\n');

async function send(script: Script, { to = ['a@x.test'], greeting = '220 here' as string | null, wait = 0 } = {}) {
  const server = await scriptedServer(script, greeting);
  const transport = smtpTransport({
    host: '127.0.0.1',
    port: server.port,
    security: 'none',
    user: '',
    password: null,
  });
  let handedOver = 0;
  try {
    const receipt = await transport.deliver({ envelope: { from: 'me@x.test', to }, raw }, async () => {
      if (wait) await new Promise((resolve) => setTimeout(resolve, wait));
      handedOver += 1;
    });
    return { receipt, handedOver, server };
  } finally {
    transport.close();
  }
}

const on =
  (pattern: RegExp, reply: string | null): Script =>
  (line) =>
    pattern.test(line) ? reply : 'ok';

const refuseBoth: Script = (line) => {
  if (line.startsWith('RCPT TO:<a@')) return '450 4.2.0 greylisted';
  return line.startsWith('RCPT TO:<b@') ? '550 5.1.1 nobody' : 'ok';
};

describe('what the mail server says is understood', () => {
  test.each<[string, Script, Partial<Receipt>, number]>([
    ['250 to the dot', () => 'ok', { kind: 'accepted', reply: '250 2.0.0 queued as 1' }, 1],
    ['550 to the recipient', on(/^RCPT/, '550 5.1.1 nobody'), { kind: 'refused', permanent: true }, 0],
    ['450 to the recipient', on(/^RCPT/, '450 4.2.0 greylisted'), { kind: 'refused', permanent: false }, 0],
    ['451 to DATA', on(/^DATA/, '451 4.3.0 later'), { kind: 'refused', permanent: false }, 0],
    ['554 to the dot', on(/^\.$/, '554 5.7.1 spam'), { kind: 'refused', permanent: true }, 1],
    ['451 to the dot', on(/^\.$/, '451 4.3.0 later'), { kind: 'refused', permanent: false }, 1],
    ['421 to the dot', on(/^\.$/, '421 4.3.2 closing'), { kind: 'unavailable', stop: false }, 1],
    ['a drop after the dot', on(/^\.$/, null), { kind: 'unknown' }, 1],
    ['a drop at DATA', on(/^DATA/, null), { kind: 'unavailable', stop: false }, 0],
    ['a drop at the recipient', on(/^RCPT/, null), { kind: 'unavailable', stop: false }, 0],
    ['nonsense after the dot', on(/^\.$/, 'hello?'), { kind: 'unknown' }, 1],
    ['its limit at the dot (F46)', on(/^\.$/, '452 4.5.3 too many'), { kind: 'unavailable', obstacle: 'limit' }, 1],
    ['its limit at the recipient', on(/^RCPT/, '452 4.5.3 too many'), { kind: 'unavailable', obstacle: 'limit' }, 0],
    ['its limit in plain words', on(/^RCPT/, '452 Too many messages'), { kind: 'unavailable', obstacle: 'limit' }, 0],
    ['a full mailbox', on(/^RCPT/, '452 4.2.2 mailbox full'), { kind: 'refused', permanent: false }, 0],
    ['a full mailbox at the dot', on(/^\.$/, '452 4.2.2 mailbox full'), { kind: 'refused', permanent: false }, 1],
    ['a full mailbox in plain words', on(/^RCPT/, '452 mailbox full'), { kind: 'refused', permanent: false }, 0],
    [
      'a message too large',
      on(/^MAIL/, '552 5.3.4 too large'),
      { kind: 'refused', permanent: true, recipients: [] },
      0,
    ],
    [
      'a size below the message',
      on(/^EHLO/, '250-here\r\n250 SIZE 3'),
      { kind: 'refused', permanent: true, recipients: [] },
      0,
    ],
  ])('%s', async (_, script, receipt, handedOver) => {
    const result = await send(script);
    expect(result.receipt).toMatchObject(receipt);
    expect(result.handedOver).toBe(handedOver);
  });

  test.each([
    ['a silent drop', null],
    ['421', '421 4.3.2 too busy'],
    ['554', '554 5.7.1 go away'],
    ['nonsense', 'HTTP/1.1 400 Bad Request'],
  ])('a greeting of %s stops the delivery: nothing was sent (F17)', async (_, greeting) => {
    const { receipt, handedOver } = await send(() => 'ok', { greeting });
    expect(receipt).toMatchObject({ kind: 'unavailable', stop: true });
    expect(handedOver).toBe(0);
  });

  test.each(['550 5.7.1 sender not allowed', '530 5.7.0 sign in first', '553 5.1.8 unknown sender', '451 4.1.8 later'])(
    'a refused sender (%s) is nobody’s address but our own: the delivery stops, and no customer is blamed',
    async (reply) => {
      const { receipt } = await send(on(/^MAIL/, reply));
      const obstacle = reply.startsWith('530') ? 'sign_in' : 'sender';
      expect(receipt).toEqual({ kind: 'unavailable', reply, stop: true, obstacle });
    },
  );

  test('a server that refuses one of two recipients has the message for the other (F27)', async () => {
    const { receipt } = await send(on(/^RCPT TO:<b@/, '550 5.1.1 nobody'), { to: ['a@x.test', 'b@x.test'] });
    expect(receipt).toMatchObject({
      kind: 'accepted',
      recipients: [
        { address: 'a@x.test', accepted: true },
        { address: 'b@x.test', accepted: false, reply: '550 5.1.1 nobody' },
      ],
    });
  });

  test('a server that refuses both, one for now only, has not refused the message for good', async () => {
    const { receipt } = await send(refuseBoth, { to: ['a@x.test', 'b@x.test'] });
    expect(receipt).toMatchObject({
      kind: 'refused',
      permanent: false,
      recipients: [{ reply: '450 4.2.0 greylisted' }, { reply: '550 5.1.1 nobody' }],
    });
  });

  test('a reply of several lines stays one line', async () => {
    const { receipt } = await send(on(/^RCPT/, '550-5.1.1 nobody\r\n550 5.1.1 of that name'));
    expect(receipt.reply).not.toMatch(/[\r\n]/);
  });
});

describe('a password', () => {
  test.each([
    ['535', '535 5.7.8 wrong'],
    ['454', '454 4.7.0 later'],
  ])('that the server refuses (%s) stops the delivery, for long if for good (F26)', async (code, reply) => {
    const server = await scriptedServer((line) => {
      if (/^EHLO/i.test(line)) return '250-here\r\n250 AUTH PLAIN';
      return /^AUTH/i.test(line) ? reply : 'ok';
    });
    const account = { host: '127.0.0.1', port: server.port, security: 'none' as const, user: 'anna', password: 'x' };
    const transport = smtpTransport(account);
    const receipt = await transport.deliver({ envelope: { from: 'me@x.test', to: ['a@x.test'] }, raw }, async () => {
      throw new Error('never handed over');
    });
    expect(receipt).toEqual({ kind: 'unavailable', stop: true, reply, obstacle: 'sign_in', lasting: code === '535' });
  });

  test('is not sent where the encryption was cut out (F25)', async () => {
    const server = await scriptedServer((line) => {
      if (/^EHLO/i.test(line)) return '250-here\r\n250 AUTH PLAIN';
      return line === 'STARTTLS' ? '502 what?' : 'ok';
    });
    const account = { port: server.port, security: 'starttls' as const, user: 'anna', password: 'x' };
    const { transport, mail } = {
      transport: smtpTransport({ ...account, host: '127.0.0.2' }),
      mail: { from: 'me@x.test', to: ['a@x.test'] },
    };
    expect(await transport.deliver({ envelope: mail, raw }, async () => undefined)).toMatchObject({
      kind: 'unavailable',
      obstacle: 'tls',
    });
    expect(server.lines.filter((line) => /^AUTH|^MAIL/.test(line))).toEqual([]);
  });
});

describe('an answer that comes before the dot', () => {
  test('is no answer to the message: it is broken off, and nobody has it', async () => {
    const { receipt } = await send((line) => (line.startsWith('DATA') ? '354 go on\r\n250 2.0.0 early' : 'ok'));
    expect(['unavailable', 'accepted']).toContain(receipt.kind);
    const slow = await send((line) => (line.startsWith('DATA') ? '354 go on\r\n250 2.0.0 early' : 'ok'), { wait: 50 });
    expect(slow.receipt).toMatchObject({ kind: 'unavailable', stop: false });
    expect(slow.server.mails).toBe(0);
  });
});

describe('a large message', () => {
  test('whose connection breaks in its body was not handed over, and waits (F21)', async () => {
    const server = await scriptedServer();
    const large = Buffer.alloc(5_000_000, 'x'.repeat(70) + '\r\n');
    const transport = smtpTransport({
      host: '127.0.0.1',
      port: server.port,
      security: 'none',
      user: '',
      password: null,
    });
    let handedOver = 0;
    server.cutAfter = 1_000_000;
    const envelope = { from: 'me@x.test', to: ['a@x.test'] };
    const receipt = await transport.deliver({ envelope, raw: large }, async () => void (handedOver += 1));
    expect(receipt).toMatchObject({ kind: 'unavailable', stop: false });
    expect(handedOver).toBe(0);
  });
});

describe('one connection', () => {
  test('serves many messages', async () => {
    const server = await scriptedServer();
    const transport = smtpTransport({
      host: '127.0.0.1',
      port: server.port,
      security: 'none',
      user: '',
      password: null,
    });
    for (let n = 0; n < 25; n++)
      expect(
        await transport.deliver({ envelope: { from: 'me@x.test', to: [`a${n}@x.test`] }, raw }, async () => undefined),
      ).toMatchObject({ kind: 'accepted' });
    transport.close();
    expect(server.connections).toBe(1);
  });

  test('that broke is replaced for the next message (F20)', async () => {
    let broken = false;
    const server = await scriptedServer((line) => {
      if (!line.startsWith('DATA') || broken) return 'ok';
      broken = true;
      return '421 4.3.2 restarting';
    });
    const transport = smtpTransport({
      host: '127.0.0.1',
      port: server.port,
      security: 'none',
      user: '',
      password: null,
    });
    const deliver = (): Promise<Receipt> =>
      transport.deliver({ envelope: { from: 'me@x.test', to: ['a@x.test'] }, raw }, async () => undefined);
    expect(await deliver()).toMatchObject({ kind: 'unavailable', stop: false });
    expect(await deliver()).toMatchObject({ kind: 'accepted' });
    transport.close();
    expect(server.connections).toBe(2);
  });

  test('is not handed a message whose claim was lost', async () => {
    const server = await scriptedServer();
    const transport = smtpTransport({
      host: '127.0.0.1',
      port: server.port,
      security: 'none',
      user: '',
      password: null,
    });
    const receipt = await transport.deliver({ envelope: { from: 'me@x.test', to: ['a@x.test'] }, raw }, async () => {
      throw new Error('the claim was lost');
    });
    expect(receipt).toMatchObject({ kind: 'unavailable' });
    transport.close();
    expect(server.lines.filter((line) => line === '.')).toEqual([]);
  });

  test('tells the server the envelope, and nothing of what the headers say', async () => {
    const { server } = await send(() => 'ok', { to: ['a@x.test', 'copy@x.test'] });
    expect(server.lines.filter((line) => /^(MAIL|RCPT)/.test(line))).toEqual([
      expect.stringContaining('MAIL FROM:<me@x.test>'),
      'RCPT TO:<a@x.test>',
      'RCPT TO:<copy@x.test>',
    ]);
  });
});
