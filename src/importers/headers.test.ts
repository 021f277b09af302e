import { currencyInHeader, guessMapping, headerKey, isKnownHeader, resolveMapping } from './headers.ts';
import type { ImportKind } from './headerWords.ts';

/** The guess as field → header name. */
const guessed = (header: string, kind: ImportKind = 'invoices'): Record<string, string> => {
  const names = header.split(',').map((name) => name.trim());
  return Object.fromEntries(
    Object.entries(guessMapping(names, kind)).map(([field, column]) => [field, names[column]!]),
  );
};

test.each([
  ['*InvoiceNumber', 'Invoice number'],
  ['INVOICE_NO.', 'InvoiceNo'],
  ['Invoice #', 'invoice no'],
  ['N° de facture', 'Nº facture'],
  ['Date d’échéance', "Date d'echeance"],
  ['Straße', 'strasse'],
  ['№ facture', 'No facture'],
])('%s is the same as %s', (one, other) => {
  expect(headerKey(one)).toBe(headerKey(other));
});

describe('one column', () => {
  test.each([
    [
      'number',
      'Invoice No|InvoiceNo|Invoice Number|Invoice #|Numéro facture|N° facture|Numero fattura|Rechnungsnummer|Rechnungs-Nr.|Belegfeld 1|Número de factura|Nº factura|Num|Number',
    ],
    [
      'issuedOn',
      'Invoice Date|Issue date|Date|Date Émission|Date de facture|Data fattura|Data emissione|Rechnungsdatum|Belegdatum|Fecha de emisión|Fecha factura',
    ],
    [
      'dueOn',
      'Due Date|*DueDate|Due|Échéance|Date Échéance|Data scadenza|Scadenza|Fälligkeit|Fällig am|Fecha de vencimiento|Vencimiento',
    ],
    [
      'total',
      'Total|Amount|Gross amount|Montant TTC|Total TTC|Totale|Importo|Bruttobetrag|Gesamtbetrag|Importe total|AmountGBP|Total (EUR)|Montant TTC €',
    ],
    [
      'outstanding',
      'Balance|Amount Due|Outstanding|Open Balance|Reste à payer|Restant dû|Saldo|Residuo|Offener Betrag|Offen|Importe pendiente|Pendiente',
    ],
    ['paid', 'Amount Paid|Paid|Montant Payé|Montant réglé|Importo pagato|Bezahlt|Importe pagado'],
    [
      'customerCode',
      'Customer ID|CustomerID|Customer Code|Code client|N° client|Codice cliente|Kundennummer|Kunden-Nr.|Código de cliente',
    ],
    [
      'customerName',
      'Customer|Customer Name|*ContactName|Client|Nom du client|Raison sociale|Cliente|Ragione sociale|Kunde|Kundenname|Razón social',
    ],
    ['legalId', 'VAT number|SIREN|SIRET|N° TVA|Partita IVA|P.IVA|USt-IdNr.|NIF|CIF'],
    ['email', 'E-mail|Email|EmailID|EmailAddress|Adresse e-mail|Courriel|Correo electrónico|E-Mail-Adresse'],
    ['status', 'Status|Invoice Status|Statut|Stato|Estado'],
    ['currency', 'Currency|Currency Code|Devise|Valuta|Währung|Moneda'],
    ['language', 'Language|Langue|Lingua|Sprache|Idioma'],
    ['country', 'Country|Billing Country|Pays|Paese|Land|País'],
    ['phone', 'Phone|Téléphone|Telefono|Telefon|Teléfono'],
    ['postcode', 'Postcode|Zip|Code postal|CAP|PLZ|Código postal'],
    ['city', 'City|Ville|Città|Ort|Ciudad'],
    ['street', 'Address|Adresse|Indirizzo|Straße|Dirección'],
    ['termDays', 'Payment Terms|Délai de paiement|Giorni pagamento|Zahlungsziel|Plazo de pago'],
    ['kind', 'Document Type|Type de document|Tipo documento|Belegart|Tipo de documento'],
  ])('tells the %s', (field, names) => {
    for (const name of names.split('|')) expect([name, guessed(name)]).toEqual([name, { [field]: name }]);
  });
});

describe('between columns', () => {
  test.each<[string, string, Record<string, string>]>([
    [
      'a customer number is the code, the customer the name',
      'Customer, Customer ID',
      { customerName: 'Customer', customerCode: 'Customer ID' },
    ],
    [
      'beside a name, the customer is a code',
      'Customer, Customer Name',
      { customerName: 'Customer Name', customerCode: 'Customer' },
    ],
    ['an invoice date beats a date', 'Date, Invoice Date', { issuedOn: 'Invoice Date' }],
    [
      'an invoice number beats an id and a reference',
      'Invoice ID, Reference, Invoice Number',
      { number: 'Invoice Number' },
    ],
    ['the total beats an amount', 'Amount, Total, Balance', { total: 'Total', outstanding: 'Balance' }],
    ['the display name beats the company', 'Company Name, Display Name', { customerName: 'Display Name' }],
    ['due is a date, amount due an amount', 'Due, Amount due', { dueOn: 'Due', outstanding: 'Amount due' }],
    ['net amounts are no total', 'Montant HT, Montant TTC, Subtotal', { total: 'Montant TTC' }],
  ])('%s', (_, header, mapping) => {
    expect(guessed(header)).toEqual(mapping);
  });

  test('the kind of file decides what a bare name means', () => {
    expect(guessed('Code, Name, Email', 'customers')).toEqual({
      customerCode: 'Code',
      customerName: 'Name',
      email: 'Email',
    });
    expect(guessed('Date, Invoice, Amount, Reference', 'payments')).toEqual({
      paidOn: 'Date',
      number: 'Invoice',
      amount: 'Amount',
      reference: 'Reference',
    });
  });
});

describe('columns chosen by hand', () => {
  const header = ['Doc', 'Kunde', 'Betrag'];
  test('come before the guess, by exact or similar name', () => {
    expect(resolveMapping(header, 'invoices', { number: 'doc', customerCode: 'Kunde' })).toEqual({
      mapping: { number: 0, customerCode: 1, total: 2 },
      unknown: [],
    });
  });
  test('may be none', () => {
    expect(resolveMapping(header, 'invoices', { total: null }).mapping).toEqual({ customerName: 1 });
  });
  test('that the file lacks are told', () => {
    expect(resolveMapping(header, 'invoices', { number: 'Nummer' }).unknown).toEqual(['Nummer']);
  });
});

test.each([
  ['AmountGBP', { rest: 'Amount', currency: 'GBP' }],
  ['Total (EUR)', { rest: 'Total ', currency: 'EUR' }],
  ['Montant TTC', null],
  ['Customer ID', null],
])('the currency in %s', (header, expected) => {
  expect(currencyInHeader(header)).toEqual(expected);
});

test.each(['', '536365', '12,50', 'Rossi Srl', '2025-01-01', 'x'.repeat(5000)])('%j is no column name', (cell) => {
  expect(isKnownHeader(cell)).toBe(false);
});
