import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readConfig } from '../../config.ts';
import { exportArchive } from '../../services/archives.ts';
import { openSecret, sealSecret } from '../../services/secrets.ts';
import { readSmtpPassword, smtpPasswordSource, writeSmtpPassword } from '../../services/smtpPassword.ts';
import { type Db, openDatabase } from '../../store/database.ts';
import { readSettings } from '../../store/settings.ts';

// Threat S22 of docs/security.md: the password of the mail account, at rest.

const CANARY = 'canary-7f3a-mail-password';
const folders: string[] = [];
const databases: Db[] = [];
afterAll(async () => {
  await Promise.all(databases.map((db) => db.destroy()));
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const home = (env: Record<string, string> = {}) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'dunwell-secret-'));
  folders.push(folder);
  return readConfig({ DUNWELL_DATA_DIR: folder, ...env });
};
const open = async (file = ':memory:'): Promise<Db> => {
  const db = await openDatabase(file);
  databases.push(db);
  return db;
};

describe('S22: the mail password', () => {
  test('is in no file of the data folder, in no setting and in no export', async () => {
    const config = home();
    const db = await open(config.databaseFile);
    await writeSmtpPassword(db, config, CANARY);
    expect(await readSmtpPassword(db, config)).toBe(CANARY);
    const files = readdirSync(config.dataDir);
    expect(files).toEqual(expect.arrayContaining(['dunwell.db', 'dunwell.db-wal', 'secret.key']));
    for (const file of files)
      expect([file, readFileSync(path.join(config.dataDir, file)).includes(CANARY)]).toEqual([file, false]);
    expect(JSON.stringify(await readSettings(db)) + (await exportArchive(db))).not.toContain(CANARY);
    expect(await exportArchive(db)).not.toContain('_smtp_password');
  });

  test('its key is a file that only its owner reads, mended when it is open to others, and in no database', async () => {
    const config = home();
    const db = await open(config.databaseFile);
    await writeSmtpPassword(db, config, CANARY);
    const file = path.join(config.dataDir, 'secret.key');
    const key = readFileSync(file, 'utf8').trim();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    chmodSync(file, 0o644);
    await readSmtpPassword(db, config);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    for (const name of ['dunwell.db', 'dunwell.db-wal'])
      expect(readFileSync(path.join(config.dataDir, name)).includes(key)).toBe(false);
  });

  test('a database without its key is refused, not sent without a password', async () => {
    const config = home();
    const db = await open(config.databaseFile);
    await writeSmtpPassword(db, config, CANARY);
    const elsewhere = { ...config, dataDir: home().dataDir };
    await expect(readSmtpPassword(db, elsewhere)).rejects.toMatchObject({ code: 'sealed_password' });
    expect(await smtpPasswordSource(db, elsewhere)).toBe('unreadable');
    await writeSmtpPassword(db, elsewhere, 'entered anew');
    expect(await readSmtpPassword(db, elsewhere)).toBe('entered anew');
  });

  test('the environment wins over what is stored, and an empty one is forgotten', async () => {
    const config = home();
    const db = await open(config.databaseFile);
    expect([await readSmtpPassword(db, config), await smtpPasswordSource(db, config)]).toEqual([null, 'none']);
    await writeSmtpPassword(db, config, CANARY);
    const told = { ...config, smtpPassword: 'from the environment' };
    expect(await readSmtpPassword(db, told)).toBe('from the environment');
    expect([await smtpPasswordSource(db, told), await smtpPasswordSource(db, config)]).toEqual([
      'environment',
      'stored',
    ]);
    await writeSmtpPassword(db, config, '');
    expect(await readSmtpPassword(db, config)).toBeNull();
  });

  test('a new key in front seals, the old one behind it still opens', () => {
    const [old, young] = ['o'.repeat(43), 'y'.repeat(43)];
    const before = sealSecret(home({ DUNWELL_SECRET_KEY: old }), 'mail', CANARY);
    const both = home({ DUNWELL_SECRET_KEY: `${young},${old}` });
    expect(openSecret(both, 'mail', before)).toBe(CANARY);
    const after = sealSecret(both, 'mail', CANARY);
    expect(openSecret(home({ DUNWELL_SECRET_KEY: young }), 'mail', after)).toBe(CANARY);
    expect(openSecret(home({ DUNWELL_SECRET_KEY: old }), 'mail', after)).toBeNull();
  });

  test('what was changed, cut or sealed for something else opens nothing', () => {
    const keys = home({ DUNWELL_SECRET_KEY: 'k'.repeat(43) });
    const sealed = sealSecret(keys, 'mail', CANARY);
    const parts = sealed.split('.');
    const changed = parts.map((part, at) =>
      [...parts.slice(0, at), `${part.startsWith('A') ? 'B' : 'A'}${part.slice(1)}`, ...parts.slice(at + 1)].join('.'),
    );
    for (const text of [...changed, ...parts.map((_, at) => parts.slice(0, at).join('.')), '', '1....'])
      expect([text, openSecret(keys, 'mail', text)]).toEqual([text, null]);
    expect(openSecret(keys, 'second factor', sealed)).toBeNull();
    expect(sealSecret(keys, 'mail', CANARY)).not.toBe(sealed);
  });

  test.each(['short', 'k'.repeat(42), `${'k'.repeat(43)},short`, '!'.repeat(43)])('%s is no key', (key) => {
    expect(() => home({ DUNWELL_SECRET_KEY: key })).toThrow('bad_environment');
  });
});
