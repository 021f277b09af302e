// A mail server that misbehaves as it is told, in a process of its own (started by server.ts). What it accepts is on the disk,
// synced, before it says so: that file is the truth that the product's own records are compared with.
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { Accepted, FromServer, Position, Rule, Seen, Setting, ToServer } from './rules.ts';

const file = openSync(process.argv[2] ?? '', 'a');
const open = new Set<Socket>();
let setting: Setting = { rules: [] };
let counts = new WeakMap<Rule, number>();
let seen: Seen = nothingSeen();

function nothingSeen(): Seen {
  return { connections: 0, inClear: [], auths: 0, bodies: 0, headers: [] };
}

/** The first rule for the position whose turn it is. */
function ruleAt(at: Position, recipients: readonly string[]): Rule | undefined {
  return setting.rules.find((rule) => {
    const { to } = rule;
    if (rule.at !== at || (to !== undefined && !recipients.some((one) => one.startsWith(to)))) return false;
    const n = (counts.get(rule) ?? 0) + 1;
    counts.set(rule, n);
    return n > (rule.after ?? 0) && n <= (rule.after ?? 0) + (rule.times ?? Infinity);
  });
}

function keep(from: string, to: string[], raw: string): void {
  const head = raw.split('\r\n\r\n', 1)[0] ?? '';
  const messageId = /^message-id:\s*(<[^>]*>)/im.exec(head)?.[1] ?? '';
  const bytes = Buffer.from(raw, 'latin1');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const accepted: Accepted = { from, to, messageId, sha256, size: bytes.length };
  writeSync(file, `${JSON.stringify(accepted)}\n`);
  fsyncSync(file);
  seen.headers.push(
    head
      .replace(/\r\n[ \t]+/g, ' ')
      .split('\r\n')
      .map((line) => line.split(':', 1)[0] ?? ''),
  );
}

function converse(first: Socket, alreadySecure: boolean): void {
  let socket: Socket = first;
  let secure = alreadySecure;
  let from = '';
  let to: string[] = [];
  let body: string[] | null = null;
  let size = 0;
  let rest = '';
  let trickle = 0;
  /** The message whose dot has come. */
  let whole = { from: '', to: [] as string[], raw: '' };

  const write = (text: string): void => {
    if (!trickle) return void socket.write(`${text}\r\n`, 'latin1');
    const bytes = [...`${text}\r\n`];
    const timer = setInterval(() => {
      const next = bytes.shift();
      if (next === undefined || socket.destroyed) clearInterval(timer);
      else socket.write(next);
    }, trickle);
  };

  /** Does what a rule says; false when there is none, so that the good answer follows. */
  const misbehave = (at: Position, good: string, otherwise: () => void): void => {
    const rule = ruleAt(at, to);
    const act = (): void => {
      if (!rule) return otherwise();
      if (rule.trickle) trickle = rule.trickle;
      if (rule.accept) keep(whole.from, whole.to, whole.raw);
      if (rule.end === 'kill') return kill();
      if (rule.say !== undefined) write(rule.say);
      if (rule.end === 'drop') return void socket.end();
      if (rule.end === 'reset') return void (first as Socket & { resetAndDestroy(): void }).resetAndDestroy();
      if (rule.end === 'silent') return;
      if (rule.say === undefined) otherwise();
      else if (at === 'data' && good.startsWith('354') && rule.say.startsWith('354')) body = [];
    };
    if (rule?.delay) setTimeout(act, rule.delay);
    else act();
  };

  const kill = (): void => {
    try {
      process.kill(setting.pid ?? 0, 'SIGKILL');
    } catch {
      // It is dead already.
    }
    socket.destroy();
  };

  const say = (at: Position, text: string, then?: () => void): void =>
    misbehave(at, text, () => {
      write(text);
      then?.();
    });

  const listen = (on: Socket): void => {
    on.on('error', () => undefined);
    on.on('data', (bytes: Buffer) => hear(bytes.toString('latin1')));
  };

  const hear = (text: string): void => {
    if (body) return hearBody(text);
    rest += text;
    for (let end = rest.indexOf('\r\n'); end >= 0 && !body; end = rest.indexOf('\r\n')) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 2);
      command(line);
    }
    if (body && rest) {
      const left = rest;
      rest = '';
      hearBody(left);
    }
  };

  let tail = '';
  const hearBody = (text: string): void => {
    body?.push(text);
    size += text.length;
    const rule = setting.rules.find(
      (one) => one.at === 'body' && (one.to === undefined || to.some((a) => a.startsWith(one.to ?? ''))),
    );
    if (rule && size >= (rule.bytes ?? 0)) return misbehave('body', '', () => undefined);
    tail = (tail + text).slice(-5);
    if (tail !== '\r\n.\r\n') return;
    const raw = (body ?? []).join('').slice(0, -3).replaceAll('\r\n..', '\r\n.');
    whole = { from, to, raw };
    body = null;
    tail = '';
    size = 0;
    if (!secure) seen.inClear.push('message');
    misbehave('dot', '250', () => {
      keep(whole.from, whole.to, whole.raw);
      write('250 2.0.0 Ok: queued as 4XyZ');
    });
    to = [];
  };

  const command = (line: string): void => {
    const word = line.split(' ')[0]?.toUpperCase();
    if (word === 'EHLO' || word === 'HELO') return say('ehlo', greetingOf(secure));
    if (word === 'STARTTLS') return say('starttls', '220 go ahead', upgrade);
    if (word === 'AUTH') return signIn(line);
    if (word === 'MAIL') {
      from = /<([^>]*)>/.exec(line)?.[1] ?? '';
      to = [];
      return say('mail', '250 ok');
    }
    if (word === 'RCPT') {
      const address = /<([^>]*)>/.exec(line)?.[1] ?? '';
      const before = to;
      to = [address];
      say('rcpt', '250 ok', () => void before.push(address));
      to = before;
      return;
    }
    if (word === 'DATA') {
      if (to.length === 0) return write('554 no valid recipients');
      return say('data', '354 go on', () => {
        body = [];
        seen.bodies += 1;
      });
    }
    if (word === 'QUIT') {
      write('221 bye');
      return void socket.end();
    }
    write('250 ok');
  };

  const signIn = (line: string): void => {
    if (!secure) seen.inClear.push(line);
    seen.auths += 1;
    say('auth', '235 welcome');
  };

  const upgrade = (): void => {
    socket.removeAllListeners('data');
    const context = createSecureContext(setting.tls ?? {});
    socket = new TLSSocket(socket, { isServer: true, secureContext: context }) as Socket;
    secure = true;
    listen(socket);
  };

  listen(socket);
  say('greeting', '220 here');
}

function greetingOf(secure: boolean): string {
  const lines = ['250-here'];
  if (setting.pipelining) lines.push('250-PIPELINING');
  if (setting.tls && !secure && !setting.implicit) lines.push('250-STARTTLS');
  if (setting.auth) lines.push('250-AUTH PLAIN');
  if (setting.size) lines.push(`250-SIZE ${setting.size}`);
  return [...lines, '250 8BITMIME'].join('\r\n');
}

const server = createServer((socket) => {
  open.add(socket);
  socket.on('error', () => undefined);
  socket.once('close', () => open.delete(socket));
  seen.connections += 1;
  if (!setting.implicit) return converse(socket, false);
  const context = createSecureContext(setting.tls ?? {});
  converse(new TLSSocket(socket, { isServer: true, secureContext: context }) as Socket, true);
});

const tell = (message: FromServer): void => void process.send?.(message);
server.listen(0, '0.0.0.0', () => {
  const address = server.address();
  tell({ kind: 'listening', port: typeof address === 'object' && address ? address.port : 0 });
});

process.on('message', (message: ToServer) => {
  if (message.ask === 'stop') return process.exit(0);
  if (message.ask === 'set') {
    setting = message.setting;
    counts = new WeakMap();
  }
  if (message.ask === 'reset') {
    for (const socket of open) socket.destroy();
    ftruncateSync(file);
    seen = nothingSeen();
    setting = { rules: [] };
  }
  tell({ kind: 'answer', id: message.id, value: message.ask === 'seen' ? seen : null });
});
process.on('disconnect', () => {
  closeSync(file);
  process.exit(0);
});
