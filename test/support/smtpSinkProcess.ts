// A real mail server in a process of its own, started by smtpSink.ts. What it has accepted it keeps until it is asked.
import type { Socket } from 'node:net';
import { SMTPServer, type SMTPServerAddress, type SMTPServerSession } from 'smtp-server';
import type { FromSink, Received, ToSink } from './smtpSink.ts';

/** What the server does, chosen by how a recipient's address begins; every other recipient is served. */
type Mode = 'rcpt550' | 'rcpt450' | 'dot550' | 'dot451' | 'accdrop' | 'once-dot451';
const MODE = /^(rcpt550|rcpt450|dot550|dot451|accdrop|once-dot451)/;

const messages: Received[] = [];
const sockets = new Map<number, Socket>();
const putOff = new Set<string>();

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  onRcptTo(address, _session, callback) {
    const mode = modeOf(address);
    if (mode === 'rcpt550') return callback(refusal(550, '5.1.1 no such mailbox'));
    if (mode === 'rcpt450') return callback(refusal(450, '4.2.1 the mailbox is busy'));
    callback();
  },
  onData(stream, session, callback) {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const recipients = session.envelope.rcptTo;
      const refused = refusalAfterTheDot(recipients);
      if (refused) return callback(refused);
      const { mailFrom } = session.envelope;
      const to = recipients.map(({ address }) => address);
      messages.push({ from: mailFrom ? mailFrom.address : '', to, raw: Buffer.concat(chunks) });
      if (recipients.some((one) => modeOf(one) === 'accdrop')) return dropConnection(session);
      callback(null, `accepted as ${messages.length}`);
    });
  },
});

const modeOf = ({ address }: SMTPServerAddress): Mode | null => (MODE.exec(address)?.[1] as Mode | undefined) ?? null;

const refusal = (responseCode: number, text: string): Error => Object.assign(new Error(text), { responseCode });

function refusalAfterTheDot(recipients: SMTPServerAddress[]): Error | null {
  for (const recipient of recipients) {
    const mode = modeOf(recipient);
    if (mode === 'dot550') return refusal(550, '5.7.1 the message is not wanted');
    if (mode === 'dot451') return refusal(451, '4.3.0 try again later');
    if (mode === 'once-dot451' && !putOff.has(recipient.address)) {
      putOff.add(recipient.address);
      return refusal(451, '4.3.0 try again later');
    }
  }
  return null;
}

/** The message is accepted, and the client never hears so. */
const dropConnection = ({ remotePort }: SMTPServerSession): void => void sockets.get(remotePort)?.destroy();

const tell = (message: FromSink): void => void process.send?.(message);

server.server.on('connection', (socket) => {
  const port = socket.remotePort ?? 0;
  sockets.set(port, socket);
  socket.once('close', () => sockets.delete(port));
});
// A client that breaks off is what some modes are for.
server.on('error', () => undefined);
server.listen(0, '127.0.0.1', () => {
  const address = server.server.address();
  tell({ kind: 'listening', port: typeof address === 'object' && address ? address.port : 0 });
});

process.on('message', ({ id, ask }: ToSink) => {
  if (ask === 'stop') return stop();
  tell({ kind: 'answer', id, value: ask === 'count' ? messages.length : messages });
});
process.on('disconnect', stop);

function stop(): void {
  for (const socket of sockets.values()) socket.destroy();
  server.close(() => process.exit(0));
}
