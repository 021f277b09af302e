import { COMMON_PASSWORDS } from './commonPasswords.ts';

export const SHORTEST_PASSWORD = 12;
export const LONGEST_PASSWORD = 200;

/** What is wrong with a password. */
export type PasswordProblem = 'tooShort' | 'tooLong' | 'common' | 'personal';

/** What somebody who guesses knows about the user: names and addresses. */
export type PublicWords = readonly string[];

/** What is wrong with a password that a user chose, or null. `known` are words that an outsider would try first. */
export function passwordProblem(password: string, known: PublicWords): PasswordProblem | null {
  const length = [...password].length;
  if (length < SHORTEST_PASSWORD) return 'tooShort';
  if (length > LONGEST_PASSWORD) return 'tooLong';
  if (isCommon(password)) return 'common';
  return isPersonal(password, known) ? 'personal' : null;
}

/** A well-known password stays one with figures put before or behind it, or written twice. */
function isCommon(password: string): boolean {
  const plain = plainOf(password);
  const bare = plain.replace(/^[^a-z]+|[^a-z]+$/g, '');
  const half = plain.slice(0, plain.length / 2);
  const forms = [plain, bare, half + half === plain ? half : plain];
  return new Set(plain).size < 5 || isRow(plain) || forms.some((form) => COMMON_PASSWORDS.has(form));
}

/** Keys side by side, letters or figures in their order: `qwertyuiop12`, `123456789012`. */
function isRow(plain: string): boolean {
  const rows = ['abcdefghijklmnopqrstuvwxyz', '1234567890', 'qwertyuiopasdfghjklzxcvbnm', 'azertyuiopqsdfghjklmwxcvbn'];
  const walks = rows.flatMap((row) => [row, [...row].toReversed().join('')]).map((row) => row + row);
  const steps = [...plain].slice(1).filter((char, at) => walks.some((row) => row.includes(plain[at] + char)));
  return steps.length >= plain.length - 2;
}

/** Without what everybody knows about the user, little is left of it. */
function isPersonal(password: string, known: PublicWords): boolean {
  const words = known.flatMap((text) => plainOf(text).split(/[^\p{L}\p{N}]+/u)).filter((word) => word.length >= 4);
  const left = words.reduce((rest, word) => rest.replaceAll(word, ''), plainOf(password));
  return left.length < plainOf(password).length && left.replace(/[^\p{L}\p{N}]/gu, '').length < 8;
}

/** Small letters without accents. */
const plainOf = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
