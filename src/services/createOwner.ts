import { isoOf } from '../clock.ts';
import type { Db } from '../store/database.ts';
import { readSettings, writeSettings } from '../store/settings.ts';
import { insertUser, ownerExists } from '../store/users.ts';
import { hashPassword, type PasswordCost } from './passwordHash.ts';

/** What the first visit asks. */
export interface FirstVisit {
  name: string;
  email: string;
  password: string;
  company: string;
  country: string;
  timeZone: string;
  language: string;
  currency: string;
}

/** Makes the first owner and the company; returns the owner's number, or null when somebody was quicker. */
export async function createOwner(
  db: Db,
  { name, email, password, company, country, timeZone, language, currency }: FirstVisit,
  { now, cost }: { now: number; cost?: PasswordCost | undefined },
): Promise<number | null> {
  const passwordHash = await hashPassword(password, cost);
  return db.transaction(async (trx) => {
    if (await ownerExists(trx)) return null;
    const user = { name, email, language, passwordHash, role: 'owner', createdAt: isoOf(now) } as const;
    const id = await insertUser(trx, { ...user, firstOwner: true });
    if (id === null) return null;
    const settings = await readSettings(trx);
    await writeSettings(trx, {
      company: { ...settings.company, name: company, country, email: settings.company.email || email },
      holidays: settings.holidays && { ...settings.holidays, country, region: null },
      timeZone,
      language,
      currency,
    });
    return id;
  });
}
