import type { Settings } from '../domain/settings.ts';
import type { Transaction } from '../store/database.ts';
import { allCustomers, type CustomerDetails } from '../store/customers.ts';
import { insertCustomers, type NewCustomer, updateCustomer } from '../store/importing.ts';

/** What a row of a file says about a customer; null where it says nothing. */
export interface Mention {
  code: string | null;
  legalId: string | null;
  name: string | null;
  language?: string | null;
  country?: string | null;
  street?: string | null;
  postcode?: string | null;
  city?: string | null;
  paymentTermDays?: number | null;
}

/** The language to write in when nobody said: that of the country, where we speak it. */
const LANGUAGE_OF: Record<string, string> = {
  ...Object.fromEntries('FR BE LU MC'.split(' ').map((country) => [country, 'fr'])),
  ...Object.fromEntries('IT SM VA'.split(' ').map((country) => [country, 'it'])),
  ...Object.fromEntries('GB IE US CA AU NZ'.split(' ').map((country) => [country, 'en'])),
};

/** Tallies what an import does to one kind of record. */
export interface Tally {
  created: number;
  updated: number;
  unchanged: number;
}

/**
 * The customers as an import meets them: found by code, else by legal id, else by exact name (SPEC §8), made when
 * unknown, and brought up to date with what the file tells and nothing else.
 */
export class CustomerBook {
  readonly tally: Tally = { created: 0, updated: 0, unchanged: 0 };
  private readonly byCode = new Map<string, CustomerDetails>();
  private readonly byLegalId = new Map<string, CustomerDetails>();
  private readonly byName = new Map<string, CustomerDetails>();
  private readonly touched = new Map<CustomerDetails, 'created' | 'updated' | 'unchanged'>();
  private readonly settings: Settings;
  private nextCode = 1;

  private constructor(settings: Settings) {
    this.settings = settings;
  }

  static async open(trx: Transaction, settings: Settings): Promise<CustomerBook> {
    const book = new CustomerBook(settings);
    for (const customer of await allCustomers(trx)) book.index(customer);
    return book;
  }

  /** The customer of the mention, made or updated in memory; `save` writes. */
  note(mention: Mention): CustomerDetails {
    const known = this.find(mention);
    if (!known) return this.make(mention);
    const before = JSON.stringify(known);
    // A row may say more than a customer holds: its contacts, or its line.
    for (const [field, value] of Object.entries(told(mention)))
      if (field in known) Object.assign(known, { [field]: value });
    const state = JSON.stringify(known) === before ? 'unchanged' : 'updated';
    const earlier = this.touched.get(known);
    if (!earlier || (earlier === 'unchanged' && state === 'updated')) this.touched.set(known, state);
    this.index(known);
    return known;
  }

  find({ code, legalId, name }: Pick<Mention, 'code' | 'legalId' | 'name'>): CustomerDetails | null {
    if (code) return this.byCode.get(code) ?? null;
    if (legalId && this.byLegalId.has(legalId)) return this.byLegalId.get(legalId) ?? null;
    return (name && this.byName.get(name)) || null;
  }

  /** Writes what is new and what changed; after it every customer has its id. */
  async save(trx: Transaction, at: string): Promise<void> {
    const created = [...this.touched].filter(([, state]) => state === 'created').map(([customer]) => customer);
    const ids = await insertCustomers(
      trx,
      created.map(({ id: _, ...customer }): NewCustomer => ({ ...customer, createdAt: at })),
    );
    for (const customer of created) customer.id = ids.get(customer.code) ?? 0;
    for (const [customer, state] of this.touched) {
      this.tally[state] += 1;
      if (state === 'updated') await updateCustomer(trx, customer);
    }
  }

  private make(mention: Mention): CustomerDetails {
    const country = mention.country ?? null;
    const customer: CustomerDetails = {
      id: 0,
      code: mention.code ?? this.freeCode(),
      legalId: mention.legalId,
      name: mention.name ?? mention.code ?? mention.legalId ?? '?',
      language: mention.language ?? LANGUAGE_OF[country ?? ''] ?? this.settings.language,
      country,
      street: mention.street ?? '',
      postcode: mention.postcode ?? '',
      city: mention.city ?? '',
      paymentTermDays: mention.paymentTermDays ?? null,
    };
    this.touched.set(customer, 'created');
    this.index(customer);
    return customer;
  }

  private freeCode(): string {
    while (this.byCode.has(`K-${this.nextCode}`)) this.nextCode += 1;
    return `K-${this.nextCode}`;
  }

  private index(customer: CustomerDetails): void {
    this.byCode.set(customer.code, customer);
    if (customer.legalId) this.byLegalId.set(customer.legalId, customer);
    if (!this.byName.has(customer.name)) this.byName.set(customer.name, customer);
  }
}

/** Only what the file says: an empty cell never wipes what is known. */
const told = ({ code: _, ...mention }: Mention): Partial<Mention> =>
  Object.fromEntries(
    Object.entries(mention).filter(([, value]) => value !== null && value !== undefined && value !== ''),
  );
