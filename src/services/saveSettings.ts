import { type Clock, isoOf } from '../clock.ts';
import type { Settings, SettingsPatch } from '../domain/settings.ts';
import type { Db } from '../store/database.ts';
import { addHistory } from '../store/history.ts';
import { readSettings, writeSettings } from '../store/settings.ts';

/**
 * Saves some settings and writes into the history which ones a person changed. Sending is not turned on or off here:
 * that asks for more. A company that moves to another country takes its public holidays along.
 */
export async function saveSettings(
  db: Db,
  patch: Omit<SettingsPatch, 'mode'>,
  { clock, userId }: { clock: Clock; userId: number | null },
): Promise<void> {
  await db.transaction(async (trx) => {
    const before = await readSettings(trx);
    const complete = { ...patch, ...movedHolidays(before, patch) };
    await writeSettings(trx, complete);
    const changed = Object.entries(complete).flatMap(([name, value]) =>
      JSON.stringify(value) === JSON.stringify(before[name as keyof Settings]) ? [] : [name],
    );
    if (changed.length)
      await addHistory(trx, [{ at: isoOf(clock()), kind: 'settings_changed', userId, data: { changed } }]);
  });
}

function movedHolidays(before: Settings, { company, holidays }: SettingsPatch): SettingsPatch {
  if (!company || holidays !== undefined || !before.holidays) return {};
  if (company.country === before.company.country || before.holidays.country !== before.company.country) return {};
  return { holidays: { ...before.holidays, country: company.country, region: null, working: [] } };
}
