import { Router } from 'express';
import type { Web } from '../app.ts';
import { attachmentsOf, listReminders, messageOf, recipientsOf, reminderById } from '../../store/reminders.ts';
import { readSettings } from '../../store/settings.ts';
import { sendPage } from '../render.ts';
import { outboxView, reminderView } from './view.ts';

const PAGE = 200;

/** What waits, what left, and each message exactly as it was sent. */
export function outboxRoutes({ db }: Web): Router {
  const router = Router();
  router.get('/outbox', async (_request, response) => {
    const settings = await readSettings(db);
    sendPage(response, 'outbox/index.njk', settings.language, outboxView(await listReminders(db, PAGE), settings));
  });
  router.get('/reminders/:id', async (request, response, next) => {
    const reminder = await reminderById(db, Number(request.params.id));
    if (!reminder) return next();
    const settings = await readSettings(db);
    const recipients = await recipientsOf(db, reminder.id);
    const view = reminderView(reminder, recipients, await attachmentsOf(db, reminder.id), settings);
    sendPage(response, 'outbox/reminder.njk', settings.language, view);
  });
  // The body of a message is shown in a frame without scripts: what customers and templates wrote stays in there.
  router.get('/reminders/:id/body', async (request, response, next) => {
    const reminder = await reminderById(db, Number(request.params.id));
    if (!reminder) return next();
    response.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox");
    response.removeHeader('X-Frame-Options');
    response.set('X-Frame-Options', 'SAMEORIGIN').type('html').send(reminder.html);
  });
  router.get('/reminders/:id/message.eml', async (request, response, next) => {
    const raw = await messageOf(db, Number(request.params.id));
    if (!raw) return next();
    response.attachment(`reminder-${request.params.id}.eml`).type('message/rfc822').send(raw);
  });
  return router;
}
