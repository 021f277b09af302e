import { Router } from 'express';
import { decide } from '../../domain/decide.ts';
import { localMoment } from '../../domain/timetable.ts';
import { listInvoices } from '../../store/ledger.ts';
import { readSettings, sendingCalendar } from '../../store/settings.ts';
import { loadSnapshot } from '../../store/snapshot.ts';
import type { Web } from '../app.ts';
import { sendPage } from '../render.ts';
import { invoicesView } from './view.ts';

const PAGE = 200;

/** Who owes what, and what happens next. */
export function invoiceRoutes({ db, clock }: Web): Router {
  const router = Router();
  router.get('/invoices', async (_request, response) => {
    const settings = await readSettings(db);
    const { day } = localMoment(clock(), settings.timeZone);
    const invoices = await listInvoices(db, PAGE);
    const customerIds = [...new Set(invoices.map(({ customerId }) => customerId))];
    const snapshot = await loadSnapshot(db, sendingCalendar(settings, Number(day.slice(0, 4))), { customerIds });
    sendPage(
      response,
      'invoices/index.njk',
      settings.language,
      invoicesView(invoices, decide(snapshot, day), day, settings.language),
    );
  });
  return router;
}
