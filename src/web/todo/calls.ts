import { formatMoney } from '../../i18n/format.ts';
import { recordCall } from '../../services/recordCall.ts';
import { contactsOf } from '../../store/customers.ts';
import type { Db } from '../../store/database.ts';
import { type OutboxRow, outboxRow } from '../../store/outboxList.ts';
import { openLines } from '../../store/todos.ts';
import { readForm } from '../form.ts';
import { doing } from '../doing.ts';
import type { Visit, Web } from '../visit.ts';
import { CALL_RESULTS, callForm } from './forms.ts';
import { queryOf, todoUrl } from './query.ts';
import { lateOf } from './reminderItem.ts';
import type { Key } from '../../i18n/translate.ts';
import type { CallResult } from '../../services/recordCall.ts';

const RESULTS: Record<CallResult['kind'], Key> = {
  reached: 'todo.resultReached',
  promise: 'todo.resultPromise',
  dispute: 'todo.resultDispute',
  wrong_number: 'todo.resultWrongNumber',
  nobody: 'todo.resultNobody',
};
const TOASTS: Record<CallResult['kind'], Key> = {
  reached: 'todo.toastReached',
  promise: 'todo.toastPromise',
  dispute: 'todo.toastDispute',
  wrong_number: 'todo.toastWrongNumber',
  nobody: 'todo.toastNobody',
};
const USUAL: readonly Key[] = ['todo.disputeGoods', 'todo.disputePrice', 'todo.disputePaid', 'todo.disputeNotReceived'];

/** Whom to call, what is open, and a place for what came of it. */
export async function askResult(visit: Visit, { db }: Web): Promise<void> {
  const row = await callOf(db, visit.id());
  if (!row) return visit.notFound();
  return visit.page('todo/call.njk', await callModel(db, row, visit, { result: 'reached' }, {}));
}

export async function saveResult(visit: Visit, web: Web): Promise<void> {
  const { db } = web;
  const row = await callOf(db, visit.id());
  const url = todoUrl(queryOf(visit));
  if (!row) return visit.redirect(url, { key: 'outbox.toastGone' });
  const open = (await openLines(db, [row.id])).reduce((sum, { outstanding }) => sum + outstanding, 0);
  const { today, language } = visit;
  const form = readForm(visit, callForm({ today, language, open, currency: row.currency }));
  if (!form.ok) return visit.page('todo/call.njk', await callModel(db, row, visit, form.values, form.errors), 422);
  const { attempt, result } = form.value;
  const recorded = await recordCall(db, row.id, result, { attempt, ...doing(visit, web) });
  return visit.redirect(url, { key: recorded ? toastOf(result) : 'outbox.toastGone' });
}

const toastOf = (result: CallResult): Key =>
  result.kind === 'wrong_number' && result.phone !== null ? 'todo.toastRightNumber' : TOASTS[result.kind];

async function callOf(db: Db, id: number): Promise<OutboxRow | null> {
  const row = await outboxRow(db, id);
  const waits = row?.channel === 'call' && row.state === 'queued' && row.needs_approval === 0;
  return waits ? row : null;
}

async function callModel(
  db: Db,
  row: OutboxRow,
  visit: Visit,
  values: Record<string, unknown>,
  errors: Record<string, string>,
): Promise<object> {
  const { t, language, today } = visit;
  const contacts = ((await contactsOf(db, [row.customer_id])).get(row.customer_id) ?? []).filter(({ phone }) => phone);
  const lines = await openLines(db, [row.id]);
  const text = (name: string): string => (typeof values[name] === 'string' ? values[name] : '');
  return {
    id: row.id,
    // As it was when the form was first shown, or a second answer would count as the first.
    attempt: text('attempt') || String(row.attempts),
    customer: { name: row.customer, url: `/customers/${row.customer_id}` },
    about: [row.plan, row.step].filter(Boolean).join(' · '),
    tried: row.attempts > 0 ? t('todo.tried', { count: row.attempts }) : '',
    contacts: contacts.map(({ id, name, phone }) => ({
      value: String(id),
      name,
      number: phone,
      dial: (phone ?? '').replace(/[^+\d]/g, ''),
      text: [name, phone].filter(Boolean).join(' · '),
    })),
    lines: lines.map(({ invoiceId, number, outstanding, currency, dueOn }) => ({
      url: `/invoices/${invoiceId}`,
      number,
      amount: formatMoney(outstanding, currency, language),
      late: lateOf(dueOn, today, t),
    })),
    total: formatMoney(
      lines.reduce((sum, { outstanding }) => sum + outstanding, 0),
      row.currency,
      language,
    ),
    results: CALL_RESULTS.map((value) => ({ value, text: t(RESULTS[value]) })),
    usual: USUAL.map((key) => t(key)),
    values: Object.fromEntries(FIELDS.map((name) => [name, text(name)])),
    today,
    errors,
    query: queryOf(visit),
    back: todoUrl(queryOf(visit)),
  };
}

const FIELDS = ['result', 'contact', 'until', 'amount', 'reason', 'phone', 'note'];
