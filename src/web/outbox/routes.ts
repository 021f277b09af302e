import { attachmentsOf, listReminders, messageOf, recipientsOf, reminderById } from '../../store/reminders.ts';
import type { Route } from '../visit.ts';
import { outboxView, reminderView } from './view.ts';

const PAGE = 200;

/** What waits, what left, and each message exactly as it was sent. */
export const outboxRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/outbox',
    allow: 'colleague',
    run: async (visit, { db }) =>
      visit.page('outbox/index.njk', outboxView(await listReminders(db, PAGE), visit.settings, visit.language)),
  },
  {
    method: 'get',
    path: '/reminders/:id',
    allow: 'colleague',
    run: async (visit, { db }) => {
      const reminder = await reminderById(db, visit.id());
      if (!reminder) return visit.notFound();
      const recipients = await recipientsOf(db, reminder.id);
      const attachments = await attachmentsOf(db, reminder.id);
      return visit.page('outbox/reminder.njk', reminderView(reminder, recipients, attachments, visit));
    },
  },
  {
    // The body of a message is shown in a frame without scripts: what customers and templates wrote stays in there.
    method: 'get',
    path: '/reminders/:id/body',
    allow: 'colleague',
    run: async (visit, { db }) => {
      const reminder = await reminderById(db, visit.id());
      if (!reminder) return visit.notFound();
      visit.response
        .set(
          'Content-Security-Policy',
          "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'",
        )
        .set('X-Frame-Options', 'SAMEORIGIN')
        .type('html')
        .send(reminder.html);
    },
  },
  {
    method: 'get',
    path: '/reminders/:id/message.eml',
    allow: 'colleague',
    run: async (visit, { db }) => {
      const raw = await messageOf(db, visit.id());
      if (!raw) return visit.notFound();
      visit.response.attachment(`reminder-${visit.id()}.eml`).type('message/rfc822').send(raw);
    },
  },
];
