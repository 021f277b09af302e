import { randomUUID } from 'node:crypto';
import { addDays } from '../../domain/calendar.ts';
import { amountForField } from '../../i18n/amount.ts';
import type { InvoiceDetails } from '../../store/ledger.ts';
import type { Visit } from '../visit.ts';

/** The forms that open in the panel. */
export type FactForm =
  | 'payment'
  | 'reversal'
  | 'promise'
  | 'dispute'
  | 'pause'
  | 'credit-note'
  | 'cancellation'
  | 'write-off';

/** What was typed and refused; nothing on the first time. */
export interface Typed {
  values: Record<string, unknown>;
  errors: Record<string, string>;
}
export const NOTHING_TYPED: Typed = { values: {}, errors: {} };

/** The payment or credit note that a form is about. */
export interface About {
  id: number;
  name: string;
  amount: string;
}

interface Field {
  name: string;
  label: string;
  type: 'text' | 'amount' | 'date' | 'area';
  value: string;
  help: string;
  error: string;
  required: boolean;
  options: string[];
}

type Words = Pick<Visit, 't' | 'language' | 'today'>;
type Given = Pick<Field, 'name' | 'label' | 'type'> & Partial<Field>;

interface Sketch {
  title: string;
  text?: string;
  action: string;
  method?: 'put' | 'delete';
  /** Where the focus returns to when the form is left: the button that opened it. */
  opener?: string;
  submit: string;
  /** What the way out is called, where "Cancel" would be taken for the deed. */
  leave?: string;
  danger?: boolean;
  fields: Given[];
  hidden?: Record<string, string>;
}

/** A form with what belongs in it: sensible values at first, what was typed after that. */
export function formView(
  kind: FactForm,
  invoice: InvoiceDetails,
  about: About | null,
  typed: Typed,
  words: Words,
): object {
  const sketch = SKETCHES[kind](invoice, words, about ?? { id: 0, name: '', amount: '' });
  const fields = sketch.fields.map((field): Field => {
    const value = typed.values[field.name];
    const rest = { help: '', required: false, options: [], ...field };
    return {
      ...rest,
      value: typeof value === 'string' ? value : (field.value ?? ''),
      error: typed.errors[field.name] ?? '',
    };
  });
  const first = fields.find(({ error }) => error) ?? fields[0];
  return {
    text: '',
    method: '',
    danger: false,
    leave: words.t('action.cancel'),
    opener: kind,
    ...sketch,
    hidden: Object.entries(sketch.hidden ?? {}).map(([name, value]) => {
      const before = typed.values[name];
      return { name, value: typeof before === 'string' && !typed.errors[name] ? before : value };
    }),
    fields: fields.map((field) => ({ ...field, said: saidBy(field), focus: field === first })),
    cancel: `/invoices/${invoice.id}`,
  };
}

/** The id of the sentence beside a field: what is wrong with it, else what helps. */
const saidBy = ({ name, error, help }: Field): string => (error ? `error-${name}` : help ? `help-${name}` : '');

const SKETCHES: Record<FactForm, (invoice: InvoiceDetails, words: Words, about: About) => Sketch> = {
  payment: (invoice, words) => ({
    title: words.t('facts.payment'),
    action: `/invoices/${invoice.id}/payments`,
    submit: words.t('facts.payment'),
    fields: [
      amountField(invoice, words, words.t('facts.amountMoreHelp')),
      { name: 'receivedOn', label: words.t('facts.receivedOn'), type: 'date', value: words.today, required: true },
      { name: 'reference', label: words.t('facts.reference'), type: 'text' },
    ],
    hidden: { formKey: randomUUID() },
  }),
  reversal: ({ id }, { t, today }, about) => ({
    title: t('facts.reversal'),
    text: t('facts.reversalText', { amount: about.amount }),
    action: `/invoices/${id}/payments/${about.id}/reversal`,
    opener: `payment-${about.id}`,
    submit: t('facts.reverse'),
    fields: [{ name: 'on', label: t('facts.reversedOn'), type: 'date', value: today, required: true }],
  }),
  promise: ({ id }, { t, today }) => ({
    title: t('facts.promise'),
    text: t('facts.promiseText'),
    action: `/invoices/${id}/promise`,
    method: 'put',
    submit: t('facts.promiseSave'),
    fields: [
      { name: 'until', label: t('facts.promiseUntil'), type: 'date', value: addDays(today, 7), required: true },
      { name: 'amount', label: t('facts.promiseSum'), type: 'amount', help: t('facts.promiseSumHelp') },
      { name: 'note', label: t('facts.note'), type: 'text' },
    ],
  }),
  dispute: ({ id }, { t }) => ({
    title: t('facts.dispute'),
    text: t('facts.disputeText'),
    action: `/invoices/${id}/dispute`,
    method: 'put',
    submit: t('facts.disputeSave'),
    fields: [
      {
        name: 'reason',
        label: t('facts.reason'),
        type: 'text',
        required: true,
        options: t('facts.disputeReasons').split('|'),
      },
      { name: 'note', label: t('facts.note'), type: 'area' },
    ],
  }),
  pause: ({ id }, { t }) => ({
    title: t('facts.pause'),
    text: t('facts.pauseText'),
    action: `/invoices/${id}/pause`,
    method: 'put',
    submit: t('facts.pauseSave'),
    fields: [
      { name: 'until', label: t('customers.pauseUntil'), type: 'date', help: t('customers.pauseOpenHelp') },
      { name: 'reason', label: t('facts.reason'), type: 'text' },
    ],
  }),
  'credit-note': (invoice, words) => ({
    title: words.t('facts.creditNote'),
    text: words.t('facts.creditNoteText'),
    action: `/invoices/${invoice.id}/credit-notes`,
    submit: words.t('facts.creditNoteSave'),
    fields: [
      { name: 'number', label: words.t('facts.number'), type: 'text', required: true },
      { name: 'issuedOn', label: words.t('facts.issuedOn'), type: 'date', value: words.today, required: true },
      amountField(invoice, words, ''),
    ],
  }),
  cancellation: ({ id }, { t }, about) => ({
    title: t('facts.cancellation'),
    text: t('facts.cancellationText', { number: about.name, amount: about.amount }),
    action: `/invoices/${id}/credit-notes/${about.id}`,
    method: 'delete',
    opener: `credit-note-${about.id}`,
    submit: t('facts.cancellation'),
    leave: t('action.back'),
    danger: true,
    fields: [],
  }),
  'write-off': ({ id }, { t }) => ({
    title: t('facts.writeOff'),
    text: t('facts.writeOffText'),
    action: `/invoices/${id}/write-off`,
    method: 'put',
    submit: t('facts.writeOff'),
    danger: true,
    fields: [{ name: 'reason', label: t('facts.reason'), type: 'text', required: true }],
  }),
};

const amountField = ({ outstanding, currency }: InvoiceDetails, { t, language }: Words, help: string): Given => ({
  name: 'amount',
  label: t('facts.amountIn', { currency }),
  type: 'amount',
  value: outstanding > 0 ? amountForField(outstanding, currency, language) : '',
  required: true,
  help,
});
