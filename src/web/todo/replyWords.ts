import type { Key, Translate } from '../../i18n/translate.ts';

/** What mail servers say in their own language, by their codes first (RFC 3463) and their habits after. */
const MEANINGS: readonly (readonly [RegExp, Key])[] = [
  [
    /\b5\.1\.[1036]\b|user unknown|unknown user|no such (user|mailbox|recipient)|does not exist/i,
    'todo.replyNoMailbox',
  ],
  [/\b5\.1\.2\b|domain.{0,20}not found|host (unknown|not found)|no mx/i, 'todo.replyNoDomain'],
  [/\b[45]\.2\.2\b|mailbox (is )?full|over ?quota|quota exceeded/i, 'todo.replyFull'],
  [/\b5\.2\.1\b|(mailbox|account) (is )?(disabled|inactive|unavailable)/i, 'todo.replyDisabled'],
  [/\b5\.[23]\.[34]\b|\b552\b|too (large|big)|size/i, 'todo.replyTooLarge'],
  [/\b5\.7\.\d+\b|spam|block(ed|list)|blacklist|policy|denied|reject/i, 'todo.replyPolicy'],
];

/** The answer of a mail server in plain words; empty when nothing can be told from it. */
export function replyInWords(reply: string, t: Translate): string {
  const found = MEANINGS.find(([pattern]) => pattern.test(reply));
  if (found) return t(found[1]);
  if (/^5\d\d\b/.test(reply)) return t('todo.replyRefused');
  return /^4\d\d\b/.test(reply) ? t('todo.replyPutOff') : '';
}
