import type { ActivationQuestion } from '../../services/weighActivation.ts';
import { formatDayShort, formatList, formatMoney } from '../../i18n/format.ts';
import type { Visit } from '../visit.ts';
import { CHOICE_KEYS } from './view.ts';

/** The question what becomes of invoices that are late, each answer with its counts and the messages it would send first. */
export function questionView(question: ActivationQuestion, { t, language }: Pick<Visit, 't' | 'language'>): object {
  const { plan, customers, invoices, options, runOn, runAt } = question;
  const day = formatDayShort(runOn, language);
  return {
    id: plan.id,
    name: plan.name,
    asks: invoices > 0,
    question: t('plans.missed', { count: invoices, customers: t('plans.customers', { count: customers }) }),
    options: options.map(({ choice, steps, messages, previewed }) => ({
      value: choice,
      title: t(CHOICE_KEYS[choice].title),
      text: t(CHOICE_KEYS[choice].text),
      steps: formatList(
        steps.map(({ name, invoices: count }) => t('plans.countOf', { count, step: name })),
        language,
      ),
      leaves: t('plans.leavesOn', { count: messages, day, time: runAt }),
      messages: previewed.map((message) => ({
        customer: message.customer,
        what: message.step || t('plans.summary'),
        numbers: message.numbers.join(', '),
        subject: message.subject,
        total: formatMoney(message.total, message.currency, language),
      })),
    })),
  };
}
