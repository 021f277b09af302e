import type { Key, Translate } from '../../i18n/translate.ts';

/** What each variable is called on the screen. */
const NAMES: Readonly<Record<string, Key>> = {
  'customer.name': 'templates.varCustomerName',
  'customer.code': 'templates.varCustomerCode',
  'contact.name': 'templates.varContactName',
  'invoice.number': 'templates.varInvoiceNumber',
  'invoice.issuedOn': 'templates.varIssuedOn',
  'invoice.dueOn': 'templates.varDueOn',
  'invoice.daysLate': 'templates.varDaysLate',
  'invoice.outstanding': 'templates.varOutstanding',
  'invoice.total': 'templates.varInvoiceTotal',
  'invoice.paidSoFar': 'templates.varPaidSoFar',
  'invoice.partlyPaid': 'templates.varPartlyPaid',
  'invoice.overdue': 'templates.varOverdue',
  invoiceTable: 'templates.varInvoiceTable',
  invoiceCount: 'templates.varInvoiceCount',
  paymentCode: 'templates.varPaymentCode',
  paymentReference: 'templates.varPaymentReference',
  invoices: 'templates.varInvoices',
  attachments: 'templates.varAttachments',
  credits: 'templates.varCredits',
  total: 'templates.varTotal',
  overdueTotal: 'templates.varOverdueTotal',
  today: 'templates.varToday',
  deadline: 'templates.varDeadline',
  'step.name': 'templates.varStepName',
  'company.name': 'templates.varCompanyName',
  'company.email': 'templates.varCompanyEmail',
  'company.phone': 'templates.varCompanyPhone',
  'company.iban': 'templates.varCompanyIban',
  'company.bic': 'templates.varCompanyBic',
};

/** Inside a list of invoices or credits the fields stand without their owner. */
const IN_LISTS: Readonly<Record<string, Key>> = {
  number: 'templates.varInvoiceNumber',
  issuedOn: 'templates.varIssuedOn',
  dueOn: 'templates.varDueOn',
  daysLate: 'templates.varDaysLate',
  outstanding: 'templates.varOutstanding',
  paidSoFar: 'templates.varPaidSoFar',
  partlyPaid: 'templates.varPartlyPaid',
  overdue: 'templates.varOverdue',
  amount: 'templates.varAmount',
};

const GROUPS: readonly { title: Key; single: readonly string[]; both: readonly string[] }[] = [
  { title: 'templates.groupCustomer', single: [], both: ['customer.name', 'customer.code', 'contact.name'] },
  {
    title: 'templates.groupInvoice',
    single: ['invoice.number', 'invoice.issuedOn', 'invoice.dueOn', 'invoice.daysLate'],
    both: ['invoiceTable', 'invoiceCount', 'attachments', 'deadline', 'today', 'step.name'],
  },
  {
    title: 'templates.groupAmounts',
    single: ['invoice.outstanding', 'invoice.total', 'invoice.paidSoFar'],
    both: ['total', 'overdueTotal', 'paymentReference', 'paymentCode'],
  },
  {
    title: 'templates.groupCompany',
    single: [],
    both: ['company.name', 'company.email', 'company.phone', 'company.iban', 'company.bic'],
  },
];

/** Conditions that are worth a place in the menu; any other can be written in the source. */
const CONDITIONS = {
  single: ['contact.name', 'deadline', 'invoice.partlyPaid', 'attachments', 'company.iban', 'paymentCode'],
  grouped: ['contact.name', 'deadline', 'credits', 'attachments', 'company.iban', 'paymentCode'],
};
const COUNTS = { single: ['invoice.daysLate', 'attachments'], grouped: ['invoiceCount', 'attachments'] };

/** One thing of the menu: what it says, and the codes it puts into the text (the first before what is selected). */
interface Item {
  text: string;
  codes: string;
  code: string;
}

const item = (text: string, ...codes: string[]): Item => ({
  text,
  codes: JSON.stringify(codes),
  code: codes.join('…'),
});

/** What is ready HTML takes three braces: the table and the picture of the payment code. */
const READY = new Set(['invoiceTable', 'paymentCode']);
const written = (code: string): string => (READY.has(code) ? `{{{${code}}}}` : `{{${code}}}`);

/** The menus of the editor, and every name that a chip may need. */
export function variableMenus(scope: 'single' | 'grouped', t: Translate): object {
  const name = (code: string): string => t(NAMES[code] as Key);
  const conditions = CONDITIONS[scope].map((code) =>
    item(t('templates.blockIf', { what: name(code) }), `{{#if ${code}}}`, '{{/if}}'),
  );
  const counts = COUNTS[scope].map((code) =>
    item(t('templates.blockPlural', { what: name(code) }), `{{#plural ${code}}}`, '{{else}}', '{{/plural}}'),
  );
  return {
    groups: GROUPS.map(({ title, single, both }) => ({
      title: t(title),
      items: [...(scope === 'single' ? single : []), ...both].map((code) => item(name(code), written(code))),
    })),
    conditions: [...conditions, item(t('templates.blockElse'), '{{else}}'), ...counts],
    words: JSON.stringify({
      names: Object.fromEntries(
        Object.entries({ ...NAMES, ...IN_LISTS })
          // A field of one invoice means nothing in a text for several: its chip is marked.
          .filter(([code]) => scope === 'single' || !code.startsWith('invoice.'))
          .map(([code, key]) => [code, t(key)]),
      ),
      if: t('templates.blockIf', { what: '{what}' }),
      unless: t('templates.blockUnless', { what: '{what}' }),
      each: t('templates.blockEach', { what: '{what}' }),
      plural: t('templates.blockPlural', { what: '{what}' }),
      otherwise: t('templates.blockElse'),
      several: t('templates.blockSeveral'),
      end: t('templates.blockEnd'),
    }),
  };
}
