import { once } from 'node:events';
import { connect } from 'node:net';

/** Every message in somebody's inbox, as IMAP gives it: the bytes with all headers that were put on the way. */
export async function readInbox(port: number, user: string, password: string): Promise<Buffer[]> {
  const socket = connect(port, '127.0.0.1');
  let heard = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => (heard = Buffer.concat([heard, chunk])));
  const until = async (pattern: RegExp): Promise<Buffer> => {
    while (!pattern.test(heard.subarray(-4000).toString('latin1'))) await once(socket, 'data');
    const said = heard;
    heard = Buffer.alloc(0);
    return said;
  };
  const ask = async (tag: string, command: string): Promise<Buffer> => {
    socket.write(`${tag} ${command}\r\n`);
    const said = await until(new RegExp(`(^|\\n)${tag} (OK|NO|BAD)[^\\n]*\\r\\n$`));
    if (!said.toString('latin1').includes(`${tag} OK`)) throw new Error(`${user}: ${said.toString('latin1').trim()}`);
    return said;
  };
  try {
    await until(/\* OK[^\n]*\r\n$/);
    await ask('a', `LOGIN "${user}" "${password}"`);
    const selected = (await ask('b', 'EXAMINE INBOX')).toString('latin1');
    if (/\* 0 EXISTS/.test(selected)) return [];
    return literalsIn(await ask('c', 'FETCH 1:* BODY.PEEK[]'));
  } finally {
    socket.destroy();
  }
}

/** IMAP says how many bytes follow before it gives them. */
function literalsIn(answer: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; ; ) {
    const open = answer.indexOf('BODY[] {', at);
    if (open < 0) return found;
    const close = answer.indexOf('}\r\n', open);
    const size = Number(answer.subarray(open + 8, close).toString('latin1'));
    found.push(answer.subarray(close + 3, close + 3 + size));
    at = close + 3 + size;
  }
}
