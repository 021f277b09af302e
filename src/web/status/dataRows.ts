import { formatAgo, formatCount, formatSize } from '../../i18n/quantity.ts';
import type { Measure } from '../../services/measure.ts';
import { momentOf, type Row, TOO_OLD, toneOf, type Words } from './row.ts';

/** What is kept, its copies, and the room for it. */
export function dataRows(measure: Measure, words: Words): Row[] {
  const { t, language } = words;
  const { database, log, free, full } = measure.storage;
  const { invoices, open, customers } = measure.ledger;
  const n = (count: number): string => formatCount(count, language);
  const size = (bytes: number): string => formatSize(bytes, language);
  return [
    backupRow(measure, words),
    {
      id: 'database',
      name: t('status.database'),
      text:
        database === null
          ? t('status.unknown')
          : t('status.databaseText', { size: size(database), log: size(log ?? 0) }),
    },
    { id: 'free', name: t('status.free'), text: free === null ? t('status.unknown') : size(free), tone: toneOf(!full) },
    {
      id: 'ledger',
      name: t('status.ledger'),
      text: t('status.ledgerText', { invoices: n(invoices), open: n(open), customers: n(customers) }),
    },
  ];
}

function backupRow({ at, nightly, storage: { backup: newest } }: Measure, words: Words): Row {
  const { t, language } = words;
  const row = { id: 'backup', name: t('status.backup'), link: '/settings/data' };
  const [age, size] = newest ? [at - newest.at, formatSize(newest.size, language)] : [0, ''];
  const ago = formatAgo(age, language);
  const last = newest ? t('status.backupText', { when: momentOf(newest.at, words), ago, size }) : t('backup.none');
  if (!nightly) return { ...row, text: `${last} ${t('status.backupOff')}`, tone: 'attention' };
  // On its first day an installation has none yet, and nothing is wrong with that.
  if (!newest) return { ...row, text: last };
  return { ...row, text: last, tone: toneOf(age < TOO_OLD) };
}

/** The process that serves. */
export function programRows({ at, version, pulse, memory }: Measure, words: Words): Row[] {
  const { t, language } = words;
  const rows: Row[] = [{ id: 'version', name: t('status.version'), text: version }];
  if (pulse) {
    const ago = formatAgo(at - pulse.startedAt, language);
    rows.push({
      id: 'since',
      name: t('status.since'),
      text: t('status.sinceText', { when: momentOf(pulse.startedAt, words), ago }),
    });
  }
  return [...rows, { id: 'memory', name: t('status.memory'), text: formatSize(memory, language) }];
}
