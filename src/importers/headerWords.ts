export type ImportKind = 'customers' | 'invoices' | 'payments';

/** A thing that a column may tell. */
export type Field =
  | 'number'
  | 'kind'
  | 'issuedOn'
  | 'dueOn'
  | 'total'
  | 'outstanding'
  | 'paid'
  | 'status'
  | 'lineTotal'
  | 'quantity'
  | 'rate'
  | 'lineDiscount'
  | 'lineTax'
  | 'paidOn'
  | 'amount'
  | 'reference'
  | 'customerCode'
  | 'customerName'
  | 'legalId'
  | 'email'
  | 'emailCc'
  | 'country'
  | 'language'
  | 'phone'
  | 'contactName'
  | 'firstName'
  | 'lastName'
  | 'street'
  | 'street2'
  | 'postcode'
  | 'city'
  | 'currency'
  | 'termDays';

/** The words of a field: those that say it plainly, those that mean it when no column says it better, and what is left over. */
export interface Words {
  plain: string;
  weak?: string;
  last?: string;
}
type Dictionary = Partial<Record<Field, Words>>;

/** What both a customer list and a document list tell about the customer. */
const CUSTOMER: Dictionary = {
  customerCode: {
    plain: `Customer Code, Customer ID, Customer No, Customer Number, Customer Ref, Customer Reference, Customer Account,
      Client Code, Client ID, Client No, Client Number, Account Code, Account No, Account Number, Debtor No, Contact ID,
      Code client, N° client, Numéro client, Référence client, Réf client, Compte client, Code tiers, Compte auxiliaire, CompAuxNum,
      Codice cliente, N° cliente, Numero cliente, Cod cliente, ID cliente,
      Kundennummer, Kunden-Nr, Kundennr, Kunde Nr, KdNr, Debitorennummer, Debitor Nr, Debitorennr, Debitorenkonto,
      Código cliente, Cód cliente, Número cliente, Nº cliente, Cuenta cliente`,
    last: 'Customer, Client, Cliente, Kunde, Debitor, Debtor, Account, Compte, Tiers',
  },
  customerName: {
    plain: `Customer Name, Client Name, Debtor Name, Account Name, Bill To, Display Name, Billing Name, Buyer, Sold To,
      Nom client, Raison sociale, Raison sociale client, Client nom, Libellé tiers, Nom tiers, CompAuxLib,
      Nome cliente, Ragione sociale, Ragione sociale cliente, Denominazione, Denominazione cliente, Cliente nome, Intestatario,
      Kundenname, Name Kunde, Kunde Name, Firmenname, Debitorname, Rechnungsempfänger,
      Nombre cliente, Razón social, Nombre fiscal, Cliente nombre, Nombre empresa`,
    weak: `Company Name, Partner, Invoice Partner Display Name, Name, Nom, Nome, Nombre, Contact Name, Customer, Client, Cliente, Kunde, Debitor,
      Debtor, Tiers, Company, Société, Azienda, Firma, Empresa, Entreprise, Contact, Denominación`,
  },
  legalId: {
    plain: `VAT Number, VAT No, VAT ID, VAT Reg No, VAT Registration Number, Customer VAT Number, Customer VAT, Tax ID, Tax Number, Tax Registration Number,
      Legal ID, Company Number, Registration Number, Company Registration Number, GST Number, EIN, ABN,
      SIREN, SIRET, N° TVA, Numéro TVA, TVA intracommunautaire, N° TVA intracommunautaire, Numéro TVA intracommunautaire, Identifiant légal,
      Partita IVA, P IVA, PIVA, Codice fiscale, Partita IVA cliente, P IVA Cliente,
      USt-IdNr, USt-ID, UStID, Umsatzsteuer-ID, Umsatzsteuer-Identifikationsnummer, Steuernummer, Handelsregisternummer, UID,
      NIF, CIF, NIF/CIF, CIF/NIF, NIF cliente, Número IVA, Número identificación fiscal`,
  },
  email: {
    plain: `E-mail, E-mails, Email Address, Email Addresses, E-mail Address, Customer Email, Client Email, Contact Email, Billing Email, Invoice Email,
      Accounts Email, Primary Email, Email ID, Mail, Courriel, Adresse e-mail, Adresse mail, Adresse électronique, E-mail client, Email facturation, Mail client,
      Indirizzo e-mail, Indirizzo mail, Posta elettronica, Email cliente, PEC, E-Mail-Adresse, Mailadresse, E-Mail Kunde, Rechnungs-E-Mail,
      Correo electrónico, Correo, Dirección de correo, Email del cliente, Correo cliente`,
  },
  emailCc: {
    plain: `Email 2, E-mail CC, CC Email, CC Emails, CC, Secondary Email, Additional Email, Other Email, Second Email, Email secondaire,
      E-mail copie, Copie, Autre e-mail, Email secondaria, Altra email, Zweite E-Mail, E-Mail 2, Weitere E-Mail, Correo 2, Correo secundario`,
  },
  country: {
    plain: `Country, Country Code, Billing Country, Customer Country, Bill To Country, Billing Address Country, PO Country, Country Name, Address Country,
      Pays, Code pays, Pays client, Paese, Nazione, Codice paese, Stato estero, Land, Ländercode, Länderkennzeichen, Staat, País, Código país`,
  },
  language: {
    plain: `Language, Language Code, Customer Language, Locale, Lang, Langue, Langue client, Lingua, Codice lingua, Sprache, Sprachcode, Idioma, Lengua`,
  },
  phone: {
    plain: `Phone, Phone Number, Telephone, Telephone Number, Tel, Tel No, Customer Phone, Billing Phone, Work Phone, Work Phone Number, Business Phone, Office Phone,
      Contact Phone, Main Phone, Billing Address Phone, Téléphone, N° téléphone, Numéro téléphone, Tél, Téléphone client, Telefono, Numero di telefono, Telefon, Telefonnummer, Tel-Nr, Teléfono, Número de teléfono`,
    weak: `Personal Phone Number, Mobile, Mobile Phone, Mobile Number, Cell, Portable, Téléphone portable, Mobil, Handy, Mobiltelefon, Cellulare, Móvil`,
  },
  contactName: {
    plain: `Contact Person, Primary Contact, Main Contact, Contact Full Name, Attention, Billing Attention, Attn,
      Nom du contact, Contact principal, Interlocuteur, Personne à contacter, Nome contatto, Referente, Persona di contatto,
      Ansprechpartner, Kontaktperson, Kontakt, Persona de contacto, Nombre de contacto, Contacto`,
    weak: 'Contact, Contatto, Full Name, Name',
    last: 'Contact Name',
  },
  firstName: {
    plain: 'First Name, Contact First Name, Given Name, Forename, Prénom, Prénom contact, Vorname',
    weak: 'Nome, Nombre',
  },
  lastName: {
    plain:
      'Last Name, Contact Last Name, Surname, Family Name, Nom de famille, Nom contact, Cognome, Nachname, Apellido, Apellidos',
    weak: 'Nom',
  },
  street: {
    plain: `Street, Street Address, Address, Address 1, Address Line 1, Billing Address, Billing Address 1, Billing Street, Customer Address, PO Address Line 1, Bill To Address,
      Adresse, Adresse 1, Rue, Voie, Adresse facturation, Adresse postale, Adresse client, Indirizzo, Via, Indirizzo 1, Indirizzo cliente,
      Straße, Strasse und Hausnummer, Anschrift, Straße Hausnummer, Straße Nr, Rechnungsadresse, Dirección, Calle, Domicilio, Dirección 1, Dirección fiscal`,
  },
  street2: {
    plain: `Address 2, Address Line 2, Billing Address 2, Billing Street 2, Billing Street2, Street 2, PO Address Line 2, Adresse 2, Complément adresse, Complément d'adresse, Indirizzo 2, Adresszusatz, Dirección 2`,
  },
  postcode: {
    plain: `Postcode, Postal Code, Post Code, Zip, Zip Code, Billing Code, Billing Zip, Billing Postcode, Billing Postal Code, Billing Address Postcode, PO Postal Code,
      Code postal, CP, CAP, Codice postale, Codice avviamento postale, PLZ, Postleitzahl, Código postal, C P`,
  },
  city: {
    plain: `City, Town, Billing City, Billing Address City, Town City, PO City, Customer City, Ville, Commune, Localité, Città, Comune, Località, Stadt, Ort, Wohnort, Ciudad, Población, Localidad, Municipio`,
  },
  currency: {
    plain: `Currency, Currency Code, Invoice Currency, Customer Currency, Document Currency, Devise, Code devise, Monnaie, Valuta, Divisa, Codice valuta,
      Währung, Währungscode, WKZ, WKZ Umsatz, Währungskennzeichen, Moneda, Código moneda, Idevise`,
  },
  termDays: {
    plain: `Payment Terms, Payment Term, Payment Term Days, Payment Terms Days, Terms, Net Days, Credit Days, Days To Pay, Terms Days,
      Délai de paiement, Délai paiement jours, Conditions de paiement, Échéance jours, Termini di pagamento, Termine di pagamento, Giorni pagamento, Condizioni di pagamento,
      Zahlungsziel, Zahlungsziel Tage, Zahlungsbedingung, Zahlungsbedingungen, Zahlungsfrist, Plazo de pago, Condiciones de pago, Días de pago, Forma y plazo de pago`,
    weak: 'Payment Terms Label, Invoice Payment Term',
  },
};

const NUMBER: Words = {
  plain: `Invoice No, Invoice Number, Invoice Num, Invoice Nr, Invoice Ref, Inv No, Inv Number, Document No, Document Number, Doc No, Bill No, Bill Number,
    Numéro facture, N° facture, N facture, Num facture, No facture, Nº facture, Numéro pièce, N° pièce, Numéro document, N° document, Référence facture, PieceRef, Facture,
    Numero fattura, N fattura, N° fattura, Nr fattura, Num fattura, Numero documento, N documento, N° documento, Fattura,
    Rechnungsnummer, Rechnungs-Nr, Rechnungsnr, Rechnung Nr, Re-Nr, RgNr, Belegnummer, Beleg-Nr, Belegnr, Belegfeld 1, Rechnung,
    Número factura, Nº factura, N factura, Núm factura, Num factura, No factura, Número documento, Nº documento, Factura`,
  weak: `Invoice, Invoice ID, Number, Num, No, N, Nr, Numéro, Numero, Nummer, Núm, Document, Beleg, Details, ID, Reference, Référence, Réf, Riferimento, Referenz, Referencia`,
};

const INVOICES: Dictionary = {
  ...CUSTOMER,
  number: NUMBER,
  kind: {
    plain: `Document Type, Doc Type, Invoice Type, Transaction Type, Kind, Type de document, Type document, Type de pièce, Type pièce, Type facture, Nature de pièce,
      Tipo documento, Tipo di documento, Tipo fattura, Belegart, Dokumenttyp, Dokumentart, Rechnungsart, Belegtyp, Tipo factura, Tipo de documento`,
    weak: 'Type, Tipo, Typ, Art, Nature',
  },
  issuedOn: {
    plain: `Invoice Date, Issue Date, Date of Issue, Issued On, Date Issued, Issued, Document Date, Doc Date, Inv Date, Bill Date, Invoiced On, Invoice Created Date, Billing Date,
      Date facture, Date de facturation, Date émission, Date d'émission, Date pièce, PieceDate, Date document, Émise le, Facturé le,
      Data fattura, Data emissione, Data di emissione, Data documento, Rechnungsdatum, Belegdatum, Ausstellungsdatum, Datum der Rechnung, Rechnung vom,
      Fecha factura, Fecha emisión, Fecha de emisión, Fecha expedición, Fecha de expedición, Fecha documento`,
    weak: 'Date, Data, Datum, Fecha, Created, Created On, Transaction Date, Posting Date',
  },
  dueOn: {
    plain: `Due Date, Due On, Date Due, Invoice Due Date, Payment Due Date, Payment Due, Pay By, Payable By, Net Due Date, Maturity Date,
      Date échéance, Date d'échéance, Échéance, Échéance le, Date limite de paiement, Date limite règlement, À payer avant, Date d'exigibilité,
      Data scadenza, Data di scadenza, Scadenza, Scadenza pagamento, Fälligkeitsdatum, Fälligkeit, Fällig am, Fällig, Faelligkeit, Faelligkeitsdatum, Zahlbar bis, Zahlungstermin,
      Fecha vencimiento, Fecha de vencimiento, Vencimiento, Vence, Vence el, Fecha límite de pago`,
    weak: 'Due',
  },
  total: {
    plain: `Total, Invoice Total, Grand Total, Total Amount, Invoice Amount, Gross Amount, Gross Total, Total Gross, Total Inc VAT, Total Incl VAT, Total Including VAT, Total Inc Tax, Amount Inc VAT, Amount Incl VAT, Amount Including Tax, Document Total, Total Due Amount, Original Amount, Invoice Value,
      Total TTC, Montant TTC, Montant total TTC, Montant facture TTC, Montant total, Total facture, Montant facture, TTC,
      Totale, Totale fattura, Importo totale, Totale documento, Importo fattura, Totale lordo, Importo lordo, Totale IVA inclusa,
      Gesamtbetrag, Bruttobetrag, Rechnungsbetrag, Brutto, Gesamt, Summe, Gesamtsumme, Endbetrag, Rechnungssumme, Gesamtbetrag brutto, Betrag brutto,
      Importe total, Total factura, Importe factura, Total con IVA, Importe bruto, Total IVA incluido`,
    weak: 'Amount, Montant, Importo, Betrag, Importe, Umsatz, Umsatz ohne Soll/Haben-Kz, Valore, Value',
  },
  outstanding: {
    plain: `Outstanding, Amount Due, Outstanding Amount, Amount Outstanding, Outstanding Balance, Balance Due, Open Balance, Open Amount, Amount Open, Invoice Balance, Remaining, Remaining Amount, Remaining Balance, Unpaid, Unpaid Amount, Residual Amount, Amount Due Signed, Total Due, Amount Owing, Still Due,
      Reste à payer, Montant restant dû, Montant dû, Restant dû, Solde dû, Reste dû, Montant restant, Solde restant, Impayé, Montant impayé, Solde à payer,
      Importo dovuto, Residuo, Importo residuo, Da pagare, Importo da pagare, Saldo residuo, Insoluto, Aperto, Importo aperto, Da incassare,
      Offener Betrag, Offen, Restbetrag, Offener Saldo, Offene Summe, Noch offen, Ausstehend, Ausstehender Betrag, Forderung,
      Importe pendiente, Pendiente, Saldo pendiente, Pendiente de pago, Pendiente de cobro, Importe debido`,
    weak: 'Balance, Solde, Saldo, Due Amount, Sospeso',
  },
  paid: {
    plain: `Amount Paid, Paid Amount, Total Paid, Paid To Date, Amount Received, Payments Received, Invoice Amount Paid, Payments Applied,
      Montant payé, Montant réglé, Déjà payé, Déjà réglé, Total payé, Acompte versé, Montant encaissé,
      Importo pagato, Pagato, Totale pagato, Importo incassato, Incassato, Bezahlter Betrag, Gezahlt, Bereits bezahlt, Zahlbetrag, Bezahlt Betrag,
      Importe pagado, Total pagado, Pagado, Cobrado, Importe cobrado`,
    weak: 'Paid, Payé, Réglé, Bezahlt, Received, Payments, Encaissé',
  },
  status: {
    plain: `Status, Invoice Status, Document Status, Payment Status, Invoice State, Statut, État, Statut facture, Statut de la facture, Statut du paiement, État facture,
      Stato, Stato fattura, Stato documento, Stato pagamento, Rechnungsstatus, Zahlungsstatus, Belegstatus, Estado, Estado factura, Situación, Situation`,
    weak: 'State',
  },
  lineTotal: {
    plain: `Item Total, Line Total, Line Amount, Item Amount, Row Total, Montant ligne, Total ligne, Montant ligne TTC, Importo riga, Totale riga, Positionsbetrag, Zeilensumme, Importe línea, Total línea`,
  },
  quantity: { plain: 'Quantity, Qty, Item Quantity, Quantité, Qté, Quantità, Qtà, Menge, Anzahl, Cantidad, Cant' },
  rate: {
    plain: `Rate, Unit Price, Unit Amount, Item Price, Price, Item Rate, Unit Cost, Prix unitaire, PU, PU TTC, Prezzo unitario, Prezzo, Einzelpreis, Stückpreis, Preis, Precio unitario, Precio`,
  },
  lineDiscount: { plain: 'Discount, Line Discount, Discount Amount, Remise, Sconto, Rabatt, Descuento' },
  lineTax: {
    plain:
      'Tax Amount, Item Tax Amount, Line Tax, VAT Amount, Montant TVA, Importo IVA, Steuerbetrag, MwSt-Betrag, Importe IVA',
  },
};

const PAYMENTS: Dictionary = {
  ...CUSTOMER,
  number: {
    plain: `${NUMBER.plain}, Applied To Invoice, Paid Invoice, Facture réglée, Fattura pagata, Bezahlte Rechnung, Factura pagada`,
    weak: 'Invoice, Invoice ID, Invoices, Factures, Document, Beleg',
  },
  paidOn: {
    plain: `Payment Date, Date Paid, Paid On, Date of Payment, Received On, Date Received, Receipt Date, Value Date, Date de paiement, Date paiement, Date règlement, Date de règlement, Payé le, Réglé le, Date encaissement, Date valeur,
      Data pagamento, Data di pagamento, Data incasso, Data valuta, Zahlungsdatum, Bezahlt am, Zahlungseingang, Zahldatum, Wertstellung, Valuta Datum, Fecha pago, Fecha de pago, Fecha cobro, Fecha de cobro, Fecha valor`,
    weak: 'Date, Data, Datum, Fecha, Booking Date, Buchungsdatum, Date opération, Transaction Date, Posting Date',
  },
  amount: {
    plain: `Payment Amount, Amount Paid, Paid Amount, Amount Received, Amount Applied, Paid, Montant payé, Montant réglé, Montant du paiement, Montant du règlement, Montant encaissé,
      Importo pagato, Importo pagamento, Importo incassato, Pagato, Zahlbetrag, Zahlungsbetrag, Bezahlter Betrag, Importe pagado, Importe cobrado, Importe pago, Importe del pago`,
    weak: 'Amount, Montant, Importo, Betrag, Importe, Total, Totale, Crédit, Credit',
  },
  reference: {
    plain: `Payment Reference, Payment Ref, Reference, Reference No, Reference Number, Ref, Payment Number, Payment ID, Transaction ID, Transaction Reference, Cheque No, Check Number,
      Référence, Référence paiement, Référence de paiement, Référence règlement, Réf, N° de chèque, Riferimento, Riferimento pagamento, CRO, Referenz, Zahlungsreferenz, Verwendungszweck, Referencia, Referencia pago`,
    weak: 'Description, Libellé, Memo, Descrizione, Buchungstext, Concepto, Notes, ID',
  },
};

const CUSTOMERS: Dictionary = {
  ...CUSTOMER,
  customerCode: {
    ...CUSTOMER.customerCode!,
    weak: `Code, Number, No, Numéro, N, Codice, Numero, Nummer, Nr, Código, Número, ID, Reference, Référence`,
  },
};

/** Column names that tell nothing we keep; they help to find the header row. */
const OTHERS = `Description, Notes, Note, Subtotal, Sub Total, Total HT, Montant HT, HT, TVA, VAT, Tax, Montant TVA, Net Amount, Imponibile, IVA, Netto, Nettobetrag, MwSt, USt, Base imponible,
  Item, Item Name, Product, Article, PO, P O No, PO Number, Exchange Rate, Created Time, Website, Lines, Libellé, Descrizione, Beschreibung, Bezeichnung, Buchungstext, Descripción, Konto, Gegenkonto, Kurs,
  Days Overdue, Aging, Jours de retard, Category, Project, Discount, Memo, Fax, Mode de paiement, Payment Method, Zahlungsart, Método de pago, Metodo di pagamento`;

export const WORDS: Record<ImportKind, Dictionary> & { others: string } = {
  customers: CUSTOMERS,
  invoices: INVOICES,
  payments: PAYMENTS,
  others: OTHERS,
};
