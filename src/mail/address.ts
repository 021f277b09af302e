/** One mailbox: a display name and a plain address. */
export interface Mailbox {
  name: string;
  address: string;
}

/** A display name that cannot break a header: one line, no control characters. */
export const plainName = (name: string): string =>
  name
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .replace(/["<>\\]/g, '')
    .trim();
