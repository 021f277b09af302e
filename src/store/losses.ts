import { reading, texts } from './glance.ts';

/** How much of a kind a database has that an earlier copy of it lacks; null where it keeps that in another way by now. */
export interface Losses {
  /** E-mails and letters that were sent. */
  messages: number | null;
  payments: number | null;
  invoices: number | null;
}

/** What stays the same about a row whatever version writes it. */
const KINDS: Record<keyof Losses, string> = {
  messages: `SELECT message_id FROM reminders WHERE state = 'sent' AND channel IN ('email', 'letter')`,
  payments: 'SELECT source_key FROM payments',
  invoices: `SELECT customer_id || ' ' || number FROM invoices`,
};

/** Compares a database, which may be of a newer version, with a copy from before; neither is changed. */
export function lossesOf(present: string, copy: string): Losses {
  const countOf = (kind: keyof Losses): number | null => {
    try {
      const known = new Set(reading(copy, (connection) => texts(connection, KINDS[kind])));
      return reading(present, (connection) => texts(connection, KINDS[kind])).filter((key) => !known.has(key)).length;
    } catch {
      return null;
    }
  };
  return { messages: countOf('messages'), payments: countOf('payments'), invoices: countOf('invoices') };
}
