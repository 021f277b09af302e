/** The most that is kept of a text in the log, in characters. */
const LONGEST = 300;
/** What lies further back is not even looked at. */
const READ = 4000;

/** Terminal codes and what else is not seen. */
const UNSEEN = /[^\P{Cc}\s]|[\p{Cf}\p{Cs}]/gu;
/** Breaks of every kind: nothing may look like a line of its own. */
const SPACE = /[\s\p{Zl}\p{Zp}\u0085]+/gu;

const ADDRESS = /("[^"]*"|[^\s@"'<>()[\],;:=/]+) ?(?:@|＠|%40|&#0*64;) ?([^\s@"'<>()[\],;:/?&]+)/gu;
/** Who a message is for, as its header says it: the name goes with the address. */
const MAILBOX = /(?:"[^"]*"|[\p{L}.'-]+(?: [\p{L}.'-]+){0,4}) ?<(?=[^\s<>@]+@)/gu;
/** A country, two check digits and the account, in groups or not: a group is four letters, or has digits. */
const ACCOUNT =
  /(?<![A-Za-z0-9])([A-Za-z]{2})\d{2}(?:[ .\-/]?(?:[A-Za-z]{4}(?![A-Za-z])|[A-Za-z]{0,4}\d[A-Za-z0-9]*))+/g;
const PHONE = /\+\d[\d ()./-]{6,}\d|(?<![\w.:-])0\d(?:[ ./-]?\d{2,4}){3,}(?![\w:])|(?<!\d)\d{9,}(?!\d)/g;
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
const LONG_WORD = /[\w-]{16,}={0,2}/g;
/** The secret of a second factor, as it is written: base 32. */
const BASE_32 = /^[A-Z2-7]*[2-7][A-Z2-7]*={0,2}$/;

const SECRET =
  /(?<![A-Za-z])(pass(?:word|wd|phrase)?|pwd|secret|tokens?|sessions?|sid|cookies?|authorization|csrf|response)(["']?\s*[:=]).*/i;

/** Each pattern with what is put in its place; the order matters, because what comes first may hold what comes later. */
const RULES: readonly (readonly [RegExp, (...found: string[]) => string])[] = [
  // A password may hold spaces, so all that follows is taken for it.
  [SECRET, (_whole, name, sign) => `${name}${sign} …`],
  // The code says what happened; a server's own words quote addresses and names (RFC 5321 §4.2, RFC 3463).
  [
    /(^|[:=] ?|(?<![\w.]))([245]\d\d)[ -]([245]\.\d{1,3}\.\d{1,3})(?![\d.]).*/,
    (_whole, before, code, status) => `${before}${code} ${status} …`,
  ],
  [/(^|[:=] ?)([245]\d\d)[ -](?!\d\.\d+\.\d+ …$).*/, (_whole, before, code) => `${before}${code} …`],
  [/\/\/[^\s/@]*:[^\s/@]*@/g, () => '//'],
  [/\?\S*[=&]\S*|(?<=\/[^\s?]*)\?\S+/g, () => '?…'],
  [MAILBOX, () => '… <'],
  [ADDRESS, (_whole, local = '', domain = '') => maskedAddress(local, domain)],
  [ACCOUNT, (whole, country = '') => (isAccount(whole) ? `${country.toUpperCase()}…` : whole)],
  [UUID, () => '…'],
  [LONG_WORD, (word) => (isOpaque(word) ? '…' : word)],
  [PHONE, () => '…'],
];

/**
 * A text as the log may hold it: one line, no terminal codes, at most 300 characters, and without e-mail addresses, bank
 * accounts, telephone numbers, passwords, tokens, query strings and what a mail server said beyond its code (RELIABILITY
 * S26). Names cannot be told from other words: who calls the log leaves them out.
 */
export function mask(text: string): string {
  let masked = beginning(text).replace(UNSEEN, '').replace(SPACE, ' ').trim();
  for (const [pattern, instead] of RULES) masked = masked.replace(pattern, instead);
  return masked.length > LONGEST ? `${masked.slice(0, LONGEST)}…` : masked;
}

/** What is cut off must not leave half an address behind that no longer looks like one. */
const beginning = (text: string): string => (text.length > READ ? text.slice(0, READ).replace(/\S*$/, '…') : text);

/** `anna@example.test` is `a…@….test`: two lines about one person look alike, and so do those about many others. */
function maskedAddress(local: string, domain: string): string {
  const [first = ''] = local.replace(/^"/, '');
  const last = domain.replace(/\.+$/, '').split('.').slice(1).at(-1);
  return `${first}…@…${last === undefined ? '' : `.${last}`}`;
}

/** Numbers of other things begin like an account, and are shorter (15 characters is Norway's). */
const isAccount = (text: string): boolean =>
  text.replace(/[^A-Za-z0-9]/g, '').length >= 15 && text.replace(/\D/g, '').length >= 8;

/** Whether a long word is a key, a hash or a token: it changes between letters, capitals and digits far more than words do. */
function isOpaque(word: string): boolean {
  if (BASE_32.test(word)) return true;
  let changes = 0;
  for (let at = 1; at < word.length; at++) if (kindOf(word[at]) !== kindOf(word[at - 1])) changes += 1;
  return changes / (word.length - 1) > 0.33;
}

function kindOf(char = ''): string {
  if (/\d/.test(char)) return 'digit';
  if (/[A-Z]/.test(char)) return 'capital';
  return /[a-z]/.test(char) ? 'letter' : 'sign';
}
