import { starterArchive } from '../../seeds/starter.ts';
import type { Clock } from '../clock.ts';
import type { Day } from '../domain/calendar.ts';
import { localMoment } from '../domain/timetable.ts';
import { isLanguage } from '../i18n/translate.ts';
import type { Db } from '../store/database.ts';
import { readSettings, writeSettings } from '../store/settings.ts';
import { importArchive } from './archives.ts';
import { loadDemo } from './loadDemo.ts';

/** Fills an empty installation with the example company. It brings its own name and address; the owner's language stays. */
export async function startWithExample(db: Db, clock: Clock): Promise<void> {
  const { language, timeZone } = await readSettings(db);
  await loadDemo(db, { clock, language });
  await writeSettings(db, { language, timeZone });
}

/** Gives an empty installation the first templates and plans, in the owner's language. */
export async function startEmpty(db: Db, clock: Clock): Promise<void> {
  const { language, timeZone } = await readSettings(db);
  const startOn = firstOfNextMonth(localMoment(clock(), timeZone).day);
  const starter = starterArchive(isLanguage(language) ? language : 'en', startOn);
  await importArchive(db, starter, { file: 'starter', clock });
}

function firstOfNextMonth(day: Day): Day {
  const [year = 0, month = 0] = day.split('-').map(Number);
  return (month === 12 ? `${year + 1}-01-01` : `${year}-${String(month + 1).padStart(2, '0')}-01`) as Day;
}
