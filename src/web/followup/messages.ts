import type { Message } from '../../domain/decision.ts';
import { totalsByCurrency } from '../../domain/money.ts';
import { channelOf } from '../../domain/plan.ts';
import { formatList, formatMoney } from '../../i18n/format.ts';
import { customersById } from '../../store/customers.ts';
import type { Db } from '../../store/database.ts';
import { loadPlans } from '../../store/plans.ts';
import type { Visit } from '../visit.ts';

/** The names that messages are shown with. */
export interface Names {
  customers: ReadonlyMap<number, { name: string }>;
  plans: ReadonlyMap<number, string>;
}

/** More rows than this nobody reads; the sentence above them says how many there are. */
export const SHOWN = 200;

export async function namesFor(db: Db, messages: readonly Message[]): Promise<Names> {
  const ids = [...new Set(messages.map(({ customerId }) => customerId))];
  const plans = await loadPlans(db);
  return { customers: await customersById(db, ids), plans: new Map(plans.map(({ id, name }) => [id, name])) };
}

/** Messages that a run would send, ready to be shown: customer, plan, step, invoices, total. */
export function messagesView(messages: readonly Message[], names: Names, visit: Pick<Visit, 't' | 'language'>): object {
  const { t, language } = visit;
  return {
    rows: messages.slice(0, SHOWN).map((message) => ({
      customer: names.customers.get(message.customerId)?.name ?? '',
      customerUrl: `/customers/${message.customerId}`,
      plan: names.plans.get(message.planId) ?? '',
      step: message.stepName ?? t('followup.recap'),
      channel: t(`channel.${channelOf(message.action)}`),
      approval: message.action === 'email_approval',
      invoices: message.lines.map(({ invoiceId, number }) => ({ url: `/invoices/${invoiceId}`, number })),
      total: formatMoney(message.total, message.currency, language),
    })),
    more: messages.length > SHOWN ? t('followup.andMore', { count: messages.length - SHOWN }) : '',
  };
}

/** `7 messages to 5 customers`, or that there is nothing. */
export function countOf(messages: readonly Message[], { t }: Pick<Visit, 't'>): string {
  if (messages.length === 0) return t('followup.nothing');
  const customers = new Set(messages.map(({ customerId }) => customerId)).size;
  return t('followup.messagesTo', {
    messages: t('followup.messages', { count: messages.length }),
    customers: t('followup.customers', { count: customers }),
  });
}

/** The totals of some messages, one for each currency. */
export const totalsOf = (messages: readonly Message[], language: string): string =>
  formatList(
    [...totalsByCurrency(messages.map(({ currency, total }) => ({ currency, amount: total })))].map(
      ([currency, amount]) => formatMoney(amount, currency, language),
    ),
    language,
  );
