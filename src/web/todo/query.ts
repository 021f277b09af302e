import type { Visit } from '../visit.ts';

/** The parts of the list, in its order. */
export const GROUPS = ['uncertain', 'approval', 'call', 'letter', 'failed', 'blocked'] as const;
export type Group = (typeof GROUPS)[number];

/** How many items a part shows at first, and how many more with each "show more". */
export const FIRST = 20;
const MORE = 50;
const MOST = 2000;

/** What the list is narrowed to, and how much of it is shown. */
export interface TodoQuery {
  kind: Group | 'dismissed' | '';
  upto: number;
}

export function queryOf(visit: Pick<Visit, 'field'>): TodoQuery {
  const asked = visit.field('kind');
  const kind = asked === 'dismissed' ? asked : (GROUPS.find((group) => group === asked) ?? '');
  const upto = Number(visit.field('upto'));
  return { kind, upto: Number.isSafeInteger(upto) && upto > FIRST ? Math.min(upto, MOST) : FIRST };
}

/** The address of the list as it was asked for. */
export function todoUrl({ kind, upto }: TodoQuery): string {
  const params = new URLSearchParams();
  if (kind) params.set('kind', kind);
  if (upto > FIRST) params.set('upto', String(upto));
  return params.size ? `/todo?${params.toString()}` : '/todo';
}

/** The address of a part with more of its items than are shown now. */
export const moreUrl = (kind: TodoQuery['kind'], { upto }: TodoQuery): string => todoUrl({ kind, upto: upto + MORE });

/** An address of a form of the list, which leads back to the part that was shown. */
export function withPlace(url: string, query: TodoQuery): string {
  const place = todoUrl(query).split('?')[1];
  if (!place || !url.startsWith('/todo/')) return url;
  return `${url}${url.includes('?') ? '&' : '?'}${place}`;
}

/** The ids in a field that may be there once, several times or not at all. */
export const idsIn = (value: unknown): number[] =>
  textsIn(value).flatMap((text) => (/^\d{1,15}$/.test(text) ? [Number(text)] : []));

/** When there are many, the parser of forms gives them under numbers. */
export const textsIn = (value: unknown): string[] =>
  (typeof value === 'object' && value !== null ? Object.values(value) : [value]).filter(
    (one): one is string => typeof one === 'string' && one !== '',
  );
