import { bareWord } from './monthWords.ts';

export type DocumentKind = 'invoice' | 'credit_note';
export type DocumentStatus = 'draft' | 'issued' | 'cancelled' | 'paid';

const key = (text: string): string => bareWord(text).replace(/[^a-z0-9]/g, '');
const keys = (words: string): ReadonlySet<string> => new Set(words.split(',').map(key));

const CREDIT_NOTE = /credit|avoir|gutschrift|abono|rectificativ|storno|notadicredito|notacredito/;
const CREDIT_CODES = keys('CN, CRN, CM, 381, TD04');
const INVOICE = /invoice|facture|fattura|rechnung|factura/;
const INVOICE_CODES = keys('INV, SI, FT, FA, FV, RE, 380, TD01, ACCREC, Standard');
const NO_CLAIM = /proforma|quote|estimate|devis|preventivo|angebot|presupuesto|payment|paiement|pagamento|zahlung|pago/;

/** Whether a document type means an invoice or a credit note; null for a quote, a payment or an unknown word. */
export function kindOf(text: string): DocumentKind | null {
  const word = key(text);
  if (NO_CLAIM.test(word)) return null;
  if (CREDIT_NOTE.test(word) || CREDIT_CODES.has(word)) return 'credit_note';
  return INVOICE.test(word) || INVOICE_CODES.has(word) ? 'invoice' : null;
}

const STATUSES: readonly [DocumentStatus, ReadonlySet<string>][] = [
  [
    'draft',
    keys(
      'Draft, Brouillon, Provisoire, Bozza, Entwurf, Borrador, Pro forma, Proforma, Pending approval, Submitted, À valider',
    ),
  ],
  [
    'cancelled',
    keys(`Void, Voided, Cancelled, Canceled, Deleted, Reversed, Annulé, Annulée, Annulata, Annullata, Annullato, Stornata,
      Storniert, Annulliert, Gelöscht, Anulada, Anulado, Cancelada, Cancelado`),
  ],
  [
    'paid',
    keys(`Paid, Fully paid, Paid in full, Closed, Settled, Payé, Payée, Réglé, Réglée, Soldé, Soldée, Acquittée, Encaissée, Lettrée, Pagato, Pagata, Saldato, Saldata,
      Incassata, Incassato, Bezahlt, Vollständig bezahlt, Beglichen, Ausgeglichen, Erledigt, Pagado, Pagada, Cobrada, Cobrado, Liquidada`),
  ],
  [
    'issued',
    keys(`Issued, Sent, Viewed, Opened, Open, Due, Overdue, Past due, Late, Unpaid, Not paid, Outstanding, Partial, Partially paid, Part paid, Approved, Authorised, Authorized, Awaiting payment, Posted, Final, Finalized, Pending, In payment,
      Émis, Émise, Envoyé, Envoyée, Validée, Finalisée, Ouverte, En attente, En attente de paiement, À payer, Échue, En retard, Impayé, Impayée, Non payée, Non réglée, Partiellement payée, Partiellement réglée, Payée partiellement, Comptabilisée,
      Emessa, Emesso, Inviata, Inviato, Aperta, Aperto, Scaduta, Scaduto, In scadenza, Da pagare, Da incassare, Non pagata, Non pagato, Insoluta, Parzialmente pagata, Pagata parzialmente, Pagata in parte,
      Offen, Versendet, Gesendet, Gestellt, Gebucht, Fällig, Überfällig, Unbezahlt, Nicht bezahlt, Teilbezahlt, Teilweise bezahlt, Gemahnt, Festgeschrieben,
      Emitida, Emitido, Enviada, Enviado, Abierta, Pendiente, Pendiente de pago, Pendiente de cobro, Vencida, Vencido, Impagada, No pagada, Parcialmente pagada, Pagada parcialmente`),
  ],
];

/** What a status word means for us; null for one we do not know. */
export const statusOf = (text: string): DocumentStatus | null =>
  STATUSES.find(([, words]) => words.has(key(text)))?.[0] ?? null;
