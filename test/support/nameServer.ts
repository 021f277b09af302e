import { createSocket, type Socket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';

/** What a name server knows of one name. Only what is given is there. */
export interface Entry {
  txt?: string[];
  mx?: [number, string][];
  ns?: string[];
  a?: string[];
}

/** Names with what is known of them; `refuse` fails for that name as an overloaded server does. */
export type Zone = Record<string, Entry | 'refuse'>;

export interface NameServer {
  resolver: Resolver;
  /** The names that it was asked for, with the type. */
  asked: string[];
  stop(): void;
}

const TYPES: Record<number, keyof Entry> = { 1: 'a', 2: 'ns', 15: 'mx', 16: 'txt' };
const RCODE = { fine: 0, failed: 2, noSuchName: 3 };

/** Starts a real name server on the loopback (RFC 1035), and a resolver that asks it. Null answers nothing at all. */
export async function startNameServer(zone: Zone | null): Promise<NameServer> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (question, { port, address }) => {
    const { name, type, end } = questionOf(question);
    asked.push(`${TYPES[type] ?? type} ${name}`);
    if (zone) socket.send(answerTo(question, end, zone[name], type), port, address);
  });
  const port = await listening(socket);
  const resolver = new Resolver({ timeout: 5000, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  return { resolver, asked, stop: () => socket.close() };
}

const listening = (socket: Socket): Promise<number> =>
  new Promise((resolve) => socket.bind(0, '127.0.0.1', () => resolve(socket.address().port)));

function questionOf(message: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.').toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 };
}

function answerTo(question: Buffer, end: number, entry: Entry | 'refuse' | undefined, type: number): Buffer {
  const kind = TYPES[type];
  const known = entry === 'refuse' ? undefined : entry;
  const records = kind ? dataOf(known ?? {}, kind) : [];
  const code = entry === 'refuse' ? RCODE.failed : known ? RCODE.fine : RCODE.noSuchName;
  const head = Buffer.from(question.subarray(0, 12));
  head.writeUInt16BE(0x8180 | code, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  head.writeUInt32BE(0, 8);
  const answers = records.map((data) => {
    const fixed = Buffer.alloc(12);
    // The name is the question's, at byte 12.
    fixed.writeUInt16BE(0xc00c, 0);
    fixed.writeUInt16BE(type, 2);
    fixed.writeUInt16BE(1, 4);
    fixed.writeUInt32BE(60, 6);
    fixed.writeUInt16BE(data.length, 10);
    return Buffer.concat([fixed, data]);
  });
  return Buffer.concat([head, question.subarray(12, end), ...answers]);
}

const dataOf = (entry: Entry, kind: keyof Entry): Buffer[] =>
  ({
    a: () => (entry.a ?? []).map((address) => Buffer.from(address.split('.').map(Number))),
    ns: () => (entry.ns ?? []).map(nameOf),
    mx: () => (entry.mx ?? []).map(([order, name]) => Buffer.concat([Buffer.from([0, order]), nameOf(name)])),
    txt: () => (entry.txt ?? []).map(textOf),
  })[kind]();

const nameOf = (name: string): Buffer =>
  Buffer.concat([...name.split('.').filter(Boolean).map(partOf), Buffer.from([0])]);

/** A text is in parts of at most 255 bytes. */
const textOf = (text: string): Buffer => Buffer.concat((text.match(/.{1,255}/gs) ?? ['']).map(partOf));

const partOf = (part: string): Buffer => Buffer.concat([Buffer.from([part.length]), Buffer.from(part, 'latin1')]);
