import type { Measure } from '../../services/measure.ts';
import { dataRows, programRows } from './dataRows.ts';
import { mailRows } from './mailRows.ts';
import { momentOf, type Row, type Words } from './row.ts';
import { queueRows, sendingRows } from './sendingRows.ts';

const PARTS = [
  { id: 'sending', title: 'status.sending', rowsOf: sendingRows },
  { id: 'queue', title: 'status.queue', rowsOf: queueRows },
  { id: 'mail', title: 'status.mail', rowsOf: mailRows },
  { id: 'data', title: 'status.data', rowsOf: dataRows },
  { id: 'program', title: 'status.program', rowsOf: programRows },
] as const;

/** The figures in words, part by part, and whether anything needs attention. */
export function statusView(measure: Measure, words: Words): object {
  const { t } = words;
  const parts = PARTS.map(({ id, title, rowsOf }) => ({ id, title: t(title), rows: rowsOf(measure, words) }));
  const attention = parts.flatMap(({ rows }) => rows).filter(({ tone }) => tone === 'attention').length;
  return {
    parts: parts.map((part) => ({ ...part, rows: part.rows.map(withoutHoles) })),
    summary: {
      tone: attention === 0 ? 'good' : 'attention',
      text: attention === 0 ? t('status.allWell') : t('status.needs', { count: attention }),
    },
    measured: t('status.measured', { when: momentOf(measure.at, words) }),
  };
}

/** A template takes no value that may be missing. */
const withoutHoles = ({ tone, link, ...row }: Row): object => ({ ...row, tone: tone ?? '', link: link ?? '' });
