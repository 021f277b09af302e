import type { ActivationChoice } from '../../domain/activation.ts';
import { formatDayShort, formatMoney } from '../../i18n/format.ts';
import type { Key } from '../../i18n/translate.ts';
import type { ActivationOption, ActivationQuestion } from '../../services/weighActivation.ts';
import type { Visit } from '../visit.ts';

type Words = Pick<Visit, 't' | 'language' | 'today'>;

const TITLES: Record<ActivationChoice, Key> = {
  gently: 'customers.gently',
  by_age: 'customers.byAge',
  leave: 'customers.leave',
};
const MEANINGS: Record<ActivationChoice, Key> = {
  gently: 'customers.gentlyMeans',
  by_age: 'customers.byAgeMeans',
  leave: 'customers.leaveMeans',
};

/**
 * The activation question in words: what is late, and what each answer would do. `name` is the customer's when there is
 * only one that it is asked about.
 */
export function questionView(question: ActivationQuestion, name: string | null, words: Words): object {
  const { t, language, today } = words;
  const subject = name === null ? t('customers.someHave', { count: question.customers }) : t('customers.has', { name });
  const day = question.runOn === today ? t('strip.today') : formatDayShort(question.runOn, language);
  const when = { day, time: question.runAt };
  return {
    plan: question.plan,
    sentence: t('customers.haveLate', { subject, count: question.invoices }),
    options: question.options.map((option) => optionView(option, question.invoices, when, words)),
  };
}

function optionView(
  { choice, steps, messages, previewed }: ActivationOption,
  invoices: number,
  when: { day: string; time: string },
  { t, language }: Words,
): object {
  const rest = messages - previewed.length;
  return {
    choice,
    title: t(TITLES[choice]),
    meaning: t(MEANINGS[choice], { count: invoices }),
    steps: steps.map((step) => t('customers.beginWith', { step: step.name, count: step.invoices })),
    leaves: messages > 0 ? t('customers.wouldLeave', { count: messages, ...when }) : t('customers.nothingLeaves', when),
    messages: previewed.map(({ customer, step, numbers, to, subject, text, total, currency }) => ({
      customer,
      step,
      numbers: numbers.join(', '),
      to: to.join(', '),
      subject,
      text,
      total: formatMoney(total, currency, language),
    })),
    more: rest > 0 ? t('customers.moreMessages', { count: rest }) : '',
  };
}
