import { letterPdfOf } from '../../services/letterPdf.ts';
import { postLetters } from '../../services/postLetters.ts';
import { printLetters } from '../../services/printLetters.ts';
import type { Key } from '../../i18n/translate.ts';
import { keepToast } from '../toast.ts';
import { doing } from '../doing.ts';
import type { Route, Visit, Web } from '../visit.ts';
import { leftOutView } from './view.ts';

/** Letters on paper: one to look at, many to print, and those that somebody has posted. */
export const letterRoutes: readonly Route[] = [
  { method: 'get', path: '/reminders/:id/letter.pdf', allow: 'colleague', run: show },
  { method: 'post', path: '/letters/print', allow: 'colleague', run: print },
  { method: 'post', path: '/letters/posted', allow: 'colleague', run: post },
];

/** The ticked letters: one value, or several under the same name. */
function idsOf({ request }: Visit): number[] {
  const { ids = [] } = (request.body ?? {}) as { ids?: unknown };
  return [ids]
    .flat()
    .map(Number)
    .filter((id) => Number.isSafeInteger(id) && id > 0);
}

/** The most that a toast, which travels in a cookie, can name. */
const NAMED = 5;

async function show(visit: Visit, { db }: Web): Promise<void> {
  const pdf = await letterPdfOf(db, visit.id());
  if (!pdf) return visit.notFound();
  sendPdf(visit, pdf, `${visit.t('letters.file')}-${visit.id()}.pdf`);
}

async function print(visit: Visit, web: Web): Promise<void> {
  const all = visit.field('all') === '1';
  const ids = idsOf(visit);
  const printing = await printLetters(web.db, { ids: all ? 'all' : ids, ...doing(visit, web) });
  const { leftOut } = printing;
  if (printing.kind !== 'printed') {
    const failed = printing.kind === 'not_drawn';
    const none: Key = all || ids.length > 0 ? 'letters.noneWaiting' : 'letters.noneChosen';
    const text = failed ? 'letters.notDrawnText' : leftOut.length > 0 ? 'letters.nothingText' : none;
    const title = visit.t(failed ? 'letters.notDrawn' : 'letters.nothing');
    const model = { title, text: visit.t(text), leftOut: leftOutView(leftOut, visit.t) };
    return visit.page('letters/nothing.njk', model, failed ? 503 : 422);
  }
  if (leftOut.length > 0) {
    const which = leftOutView(leftOut.slice(0, NAMED), visit.t).map(({ text }) => text);
    const params = { count: leftOut.length, which: [...which, ...(leftOut.length > NAMED ? ['…'] : [])].join(', ') };
    keepToast(visit.response, visit.t, { key: 'letters.leftOut', params });
  }
  sendPdf(visit, printing.pdf, `${visit.t('letters.files')}-${printing.day}.pdf`);
}

/** For the browser's own viewer, which needs nothing from us. */
function sendPdf({ response }: Visit, pdf: Buffer, name: string): void {
  response
    .set(
      'Content-Security-Policy',
      "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'",
    )
    .set('X-Frame-Options', 'SAMEORIGIN')
    .set('Content-Disposition', `inline; filename="${name}"`)
    .type('application/pdf')
    .send(pdf);
}

async function post(visit: Visit, web: Web): Promise<void> {
  const count = await postLetters(web.db, idsOf(visit), doing(visit, web));
  return visit.redirect(
    '/todo',
    count > 0 ? { key: 'letters.posted', params: { count } } : { key: 'letters.nonePosted' },
  );
}
