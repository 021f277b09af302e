import type { Key } from '../../i18n/translate.ts';
import { settleUncertain, type Settlement } from '../../services/settleUncertain.ts';
import { doing } from '../doing.ts';
import { readForm } from '../form.ts';
import type { Toast } from '../toast.ts';
import type { Visit, Web } from '../visit.ts';
import { settleForm } from './forms.ts';

const SETTLED: Record<Settlement, Key> = {
  left: 'outbox.toastLeft',
  again: 'outbox.toastAgain',
  drop: 'outbox.toastDropped',
};

/** Settles the uncertain message of the address as the form says; what to answer, `false` when it was uncertain no longer. */
export async function settleAsAsked(visit: Visit, web: Web): Promise<{ toast: Toast | false; status: number }> {
  const form = readForm(visit, settleForm);
  if (!form.ok) return { toast: { key: 'form.check' }, status: 422 };
  const { settlement } = form.value;
  const settled = await settleUncertain(web.db, visit.id(), { ...doing(visit, web), settlement });
  const undo = settlement === 'again' ? `/reminders/${visit.id()}/hold` : '';
  return { toast: settled && { key: SETTLED[settlement], undo }, status: 200 };
}
