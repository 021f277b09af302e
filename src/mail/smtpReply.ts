import type { Envelope } from './message.ts';
import type { Obstacle, Receipt, RecipientResult } from './transport.ts';

/** What nodemailer throws: the server's words where it spoke, and the command that it answered. */
export interface SmtpError extends Error {
  code?: string;
  originalCode?: string;
  command?: string;
  responseCode?: number;
  response?: string;
  rejected?: string[];
  rejectedErrors?: (SmtpError & { recipient?: string })[];
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
const saying = (error: SmtpError): string => oneLine(error.response ?? error.message);

/** What became of each address, by the refusals that the server spoke. */
export function resultsOf(
  envelope: Envelope,
  { rejectedErrors = [] }: Pick<SmtpError, 'rejectedErrors'>,
): RecipientResult[] {
  return envelope.to.map((address) => {
    const refusal = rejectedErrors.find(({ recipient }) => recipient === address);
    return { address, accepted: !refusal, reply: refusal?.response ?? '' };
  });
}

/**
 * What a failure in the middle of a message means (RELIABILITY F17–F23, F46). On which side of the dot it was decides:
 * before it nothing was accepted, after it only the server's word counts.
 */
export function verdict(error: SmtpError, handedOver: boolean, envelope: Envelope): Receipt {
  const reply = saying(error);
  const code = error.responseCode ?? 0;
  if (handedOver && code < 400) return { kind: 'unknown', reply };
  if (isLimit(error, code, reply)) return { kind: 'unavailable', reply, stop: true, obstacle: 'limit' };
  // Larger than the server takes, or an envelope that cannot be spoken: no server said a word about anybody's address.
  const ours = code === 0 && (error.code === 'EMESSAGE' || error.code === 'EENVELOPE');
  if (ours || (code === 552 && error.command === 'MAIL FROM'))
    return { kind: 'refused', reply, permanent: true, recipients: [] };
  // Not to have us as a sender says nothing about the recipients, and holds for the next message too.
  if (error.command === 'MAIL FROM')
    return { kind: 'unavailable', reply, stop: true, obstacle: code === 530 ? 'sign_in' : 'sender' };
  if (code < 400 || code === 421) return { kind: 'unavailable', reply, stop: false };
  const recipients = resultsOf(envelope, error).map((one) => ({ ...one, accepted: false, reply: one.reply || reply }));
  const refusals = (error.rejectedErrors ?? []).map((one) => one.responseCode ?? code);
  const permanent = refusals.length ? refusals.every((one) => one >= 500) : code >= 500;
  return { kind: 'refused', reply, permanent, recipients };
}

/** The server takes no more from us for now. A full mailbox says 452 as well, and is its owner's matter alone. */
function isLimit({ command }: SmtpError, code: number, reply: string): boolean {
  if (code !== 452 && code !== 454) return false;
  if (/^\d{3}[ -]4\.[12]\./.test(reply)) return false;
  return command !== 'RCPT TO' || /^\d{3}[ -]4\.[357]\.|too many|limit|rate/i.test(reply);
}

/** What a connection that could not be used means for all that wait. */
export function unavailable(error: SmtpError): Receipt {
  const obstacle = obstacleOf(error);
  // To try a password again that the server has refused ends in a locked mailbox (F26).
  const lasting = obstacle === 'sign_in' && (error.responseCode ?? 500) >= 500;
  return { kind: 'unavailable', reply: saying(error), stop: true, obstacle, lasting };
}

function obstacleOf({ code, originalCode, message, command }: SmtpError): Obstacle {
  if (code === 'EAUTH') return 'sign_in';
  const encrypted = code === 'ETLS' || /CERT|TLS|SSL|SIGNED/.test(originalCode ?? '') || /certificate/i.test(message);
  return encrypted || command === 'STARTTLS' || /STARTTLS/.test(message) ? 'tls' : 'unreachable';
}
