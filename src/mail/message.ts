import { createHmac } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import { isAddress } from '../domain/address.ts';
import { type Mailbox, plainName } from './address.ts';
import { PICTURE_ID, pictureOf } from './payment.ts';

/** A message ready to be turned into bytes. */
export interface OutgoingMail {
  messageId: string;
  /** Milliseconds since 1970: the Date header, kept so that the same bytes come out again. */
  date: number;
  from: Mailbox;
  replyTo: Mailbox | null;
  to: readonly Mailbox[];
  cc: readonly Mailbox[];
  subject: string;
  html: string;
  text: string;
  inReplyTo: string;
  references: string;
  /** Written by the daily run rather than by a person. */
  automatic: boolean;
  attachments: readonly { name: string; mediaType: string; content: Buffer }[];
  /** The text of the payment code that the HTML shows as a picture; empty when it shows none. */
  paymentCode: string;
}

/** Who the mail server is told: never taken from headers. */
export interface Envelope {
  from: string;
  to: string[];
}

/** The reminder's Message-ID: fixed by what it is, so that a second copy of it could be recognised as one. */
export function messageIdOf(secret: string, key: string, from: string): string {
  const digest = createHmac('sha256', secret).update(key).digest('hex').slice(0, 32);
  return `<${digest}@${from.split('@')[1] ?? 'localhost'}>`;
}

/** The bytes of a message. Refuses anything but plain addresses; reads no file and no URL. */
export async function mimeOf(mail: OutgoingMail): Promise<Buffer> {
  const composer = new MailComposer({
    messageId: mail.messageId,
    date: new Date(mail.date),
    from: mailbox(mail.from),
    replyTo: mail.replyTo ? mailbox(mail.replyTo) : undefined,
    to: mail.to.map(mailbox),
    cc: mail.cc.map(mailbox),
    subject: mail.subject,
    html: mail.html,
    text: mail.text,
    inReplyTo: mail.inReplyTo || undefined,
    references: mail.references || undefined,
    headers: mail.automatic ? { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'OOF, AutoReply' } : {},
    attachments: [
      ...(await inlinePicture(mail.paymentCode)),
      ...mail.attachments.map(({ name, mediaType, content }) => ({ filename: name, contentType: mediaType, content })),
    ],
    // SMTP knows no other line ends: what is stored is then what leaves, byte for byte.
    newline: 'windows',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

/** The picture that the HTML calls by its Content-ID: beside the HTML, not among what is attached. */
const inlinePicture = async (code: string): Promise<object[]> =>
  code === ''
    ? []
    : [
        {
          filename: `${PICTURE_ID}.png`,
          contentType: 'image/png',
          contentDisposition: 'inline',
          cid: PICTURE_ID,
          content: await pictureOf(code),
        },
      ];

function mailbox({ name, address }: Mailbox): { name: string; address: string } {
  if (!isAddress(address)) throw new RangeError(`not a plain address: ${address}`);
  return { name: plainName(name), address };
}

/** What a later reminder refers back to: the last message, and of all of them the first and the last ten (DOMAIN §3). */
export const threadHeaders = (earlier: readonly string[]): { inReplyTo: string; thread: string } => ({
  inReplyTo: earlier.at(-1) ?? '',
  thread: [...earlier.slice(0, 1), ...earlier.slice(1).slice(-10)].join(' '),
});
