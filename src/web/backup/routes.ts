import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { isoOf } from '../../clock.ts';
import { formatMoment } from '../../i18n/format.ts';
import { openBackup } from '../../services/openBackup.ts';
import { saveSettings } from '../../services/saveSettings.ts';
import { backupsIn, copiesOf } from '../../store/backupFolder.ts';
import { readForm } from '../form.ts';
import { settingsFrame, type Shown } from '../settings/view.ts';
import { doing } from '../doing.ts';
import type { Route, Visit, Web } from '../visit.ts';

/** Bringing data in, taking it out, and copies of all of it. */
export const backupRoutes: readonly Route[] = [
  { method: 'get', path: '/settings/data', allow: 'colleague', run: (visit, web) => dataPage(visit, web) },
  // A whole copy of the database takes seconds when it is large. A POST, so that no other site can ask for one.
  { method: 'post', path: '/settings/data/backup', allow: 'owner', perMinute: 6, run: download },
  { method: 'put', path: '/settings/data/backups', allow: 'owner', run: saveNightly },
];

/** How old, in milliseconds, the newest nightly backup may be before the page says that something is wrong. */
const OLD = 2 * 86_400_000;

const nightlyForm = z.object({
  daily: z.literal('1').optional(),
  keep: z
    .string('form.required')
    .trim()
    .regex(/^\d{1,2}$/, 'backup.keepRange')
    .transform(Number)
    .refine((keep) => keep >= 1 && keep <= 60, 'backup.keepRange'),
});

async function dataPage(visit: Visit, { config, clock }: Web, shown?: Shown): Promise<void> {
  const { t, language, settings } = visit;
  const { daily, keep } = settings.backups;
  const [last] = copiesOf(backupsIn(config.dataDir), 'daily-');
  const at = last ? isoOf(last.changedAt) : '';
  return visit.page(
    'settings/data.njk',
    {
      ...settingsFrame('data', visit),
      values: { keep: shown ? typed(shown.values.keep) : keep },
      daily: shown ? shown.values.daily === '1' : daily,
      errors: shown?.errors ?? {},
      lastAt: at,
      last: last ? t('backup.last', { when: formatMoment(at, settings.timeZone, language) }) : t('backup.none'),
      old: daily && last !== undefined && clock() - last.changedAt > OLD,
    },
    shown ? 422 : 200,
  );
}

const typed = (value: unknown): string => (typeof value === 'string' ? value : '');

async function saveNightly(visit: Visit, web: Web): Promise<void> {
  const form = readForm(visit, nightlyForm);
  if (!form.ok) return dataPage(visit, web, form);
  const { daily, keep } = form.value;
  await saveSettings(web.db, { backups: { daily: daily === '1', keep } }, doing(visit, web));
  return visit.redirect('/settings/data', { key: 'settings.saved' });
}

async function download(visit: Visit, { db, clock }: Web): Promise<void> {
  const backup = await openBackup(db, clock).catch(() => null);
  if (!backup) return visit.redirect('/settings/data', { key: 'backup.failed' });
  visit.response.attachment(`dunwell-${visit.today}.db`).type('application/vnd.sqlite3');
  await pipeline(backup, visit.response);
}
