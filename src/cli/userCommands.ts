import { createInterface } from 'node:readline/promises';
import { isLanguage } from '../i18n/translate.ts';
import { passwordProblem, SHORTEST_PASSWORD } from '../domain/passwordRules.ts';
import { Refusal } from '../refusal.ts';
import { addUser } from '../services/addUser.ts';
import { hashPassword } from '../services/passwordHash.ts';
import { resetPassword, setPassword } from '../services/resetPassword.ts';
import { readSettings } from '../store/settings.ts';
import { listUsers, ownerExists, type User, userByEmail } from '../store/users.ts';
import { type Arguments, unknownCommand, wordAt } from './args.ts';
import type { Installation } from './installation.ts';
import { EXIT, type ExitCode, print, printJson, tell } from './output.ts';

/** `user add|password|list`: who may sign in, from the machine itself. */
export async function user(installation: Installation, args: Arguments): Promise<ExitCode> {
  const verb = wordAt(args, 0, 'user', 'add, password or list');
  if (verb === 'add') return add(installation, args);
  if (verb === 'password') return password(installation, args);
  if (verb === 'list') return list(installation, args);
  throw unknownCommand(
    `user ${verb}`,
    ['add', 'password', 'list'].map((one) => `user ${one}`),
  );
}

/** Nobody owns a new installation, so the first user that is added here does. */
async function add(installation: Installation, args: Arguments): Promise<ExitCode> {
  const { db, clock } = installation;
  const email = emailIn(args);
  const role = args.has('owner') || !(await ownerExists(db)) ? 'owner' : 'colleague';
  const { language: standard } = await readSettings(db);
  const asked = args.text('language') ?? standard;
  const name = args.text('name') ?? email.split('@')[0] ?? email;
  const chosen = await passwordIn(installation, args, [email, name]);
  const language = isLanguage(asked) ? asked : 'en';
  const added = await addUser(db, { name, email, role, language }, { now: clock() });
  if (!added) throw new Refusal('user_exists', { email });
  if (chosen !== null) await choose(installation, added.id, chosen, false);
  tell(`${email} may sign in as ${role}.`);
  if (chosen === null) tellTemporary(added.password);
  return EXIT.done;
}

/** A new password ends all sessions; `--drop-second-factor` is for a lost telephone. */
async function password(installation: Installation, args: Arguments): Promise<ExitCode> {
  const one = await userIn(installation, args);
  const chosen = await passwordIn(installation, args, [one.email, one.name]);
  const dropSecondFactor = args.has('drop-second-factor');
  if (chosen !== null) await choose(installation, one.id, chosen, dropSecondFactor);
  else tellTemporary(await resetPassword(installation.db, one.id, { dropSecondFactor }));
  tell(`The password of ${one.email} is changed; all sessions are over.`);
  return EXIT.done;
}

async function list({ db }: Installation, args: Arguments): Promise<ExitCode> {
  const users = (await listUsers(db)).map(({ email, name, role, language, disabledAt, totpSecret }) => ({
    email,
    name,
    role,
    language,
    disabled: disabledAt !== null,
    secondFactor: totpSecret !== null,
  }));
  if (args.has('json')) printJson(users);
  else for (const one of users) print(`${one.email}\t${one.name}\t${one.role}${one.disabled ? '\tdisabled' : ''}`);
  return EXIT.done;
}

const choose = async ({ db }: Installation, id: number, text: string, dropSecondFactor: boolean): Promise<void> =>
  setPassword(db, id, { hash: await hashPassword(text), temporary: false, dropSecondFactor });

function tellTemporary(text: string): void {
  print(text);
  tell('This is a temporary password; the first thing after signing in is to choose another.');
}

function emailIn(args: Arguments): string {
  const email = wordAt(args, 1, 'user', 'EMAIL').trim();
  if (!/^[^\s@]+@[^\s@]+$/.test(email) || email.length > 254) throw new Refusal('not_an_address', { value: email });
  return email;
}

async function userIn({ db }: Installation, args: Arguments): Promise<User> {
  const email = emailIn(args);
  const found = await userByEmail(db, email);
  if (!found) throw new Refusal('unknown_user', { email });
  return found;
}

/** With `--password-stdin`, the first line of standard input: on the command line others would see it. */
async function passwordIn({ db }: Installation, args: Arguments, known: string[]): Promise<string | null> {
  if (!args.has('password-stdin')) return null;
  const { company } = await readSettings(db);
  const text = await firstLine();
  const problem = passwordProblem(text, [...known, company.name]);
  if (problem !== null) throw new Refusal('weak_password', { least: SHORTEST_PASSWORD });
  return text;
}

async function firstLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin, terminal: false });
  for await (const line of lines) {
    lines.close();
    return line;
  }
  return '';
}
