import { formatMoment, formatMoney } from '../../i18n/format.ts';
import { translator } from '../../i18n/translate.ts';
import type { Settings } from '../../domain/settings.ts';
import type { RecipientRow, Reminder } from '../../store/reminders.ts';
import type { Visit } from '../visit.ts';

interface Row {
  id: number;
  when: string;
  customer: string;
  subject: string;
  total: string;
  state: string;
}

/** The outbox as a list, the newest first. */
export function outboxView(
  reminders: readonly (Reminder & { customer_name: string })[],
  { timeZone }: Settings,
  language: string,
): { rows: Row[] } {
  const t = translator(language);
  return {
    rows: reminders.map((one) => ({
      id: one.id,
      when: formatMoment(one.settled_at ?? one.created_at, timeZone, language),
      customer: one.customer_name,
      subject: one.subject || t(`channel.${one.channel}`),
      total: formatMoney(one.total_minor, one.currency, language),
      state: t(`state.${one.state}`),
    })),
  };
}

/** One message as it was sent. */
export function reminderView(
  reminder: Reminder,
  recipients: readonly RecipientRow[],
  attachments: readonly { name: string }[],
  { language, settings, t }: Pick<Visit, 'language' | 'settings' | 't'>,
): object {
  return {
    id: reminder.id,
    subject: reminder.subject,
    state: t(`state.${reminder.state}`),
    when: formatMoment(reminder.settled_at ?? reminder.created_at, settings.timeZone, language),
    reply: reminder.server_reply || reminder.reason,
    recipients: recipients.map(({ name, address }) => (name ? `${name} <${address}>` : address)),
    attachments: attachments.map(({ name }) => name),
  };
}
