import { Resolver } from 'node:dns/promises';

/** Questions to the name servers that this machine uses; names may be in any script. Null means that there is no such name at all. */
export interface Names {
  /** The texts of a name, each in one piece. */
  texts(name: string): Promise<string[] | null>;
  /** The mail servers of a domain, the preferred first; an empty name says that it takes no mail (RFC 7505). */
  mailServers(domain: string): Promise<string[] | null>;
  hasAddress(name: string): Promise<boolean>;
  /** Whether the end of a name, such as `fr`, is known: where it is not, these are not the name servers of the world. */
  knowsEnding(name: string): Promise<boolean>;
}

/** Three seconds for everything that is asked at once; a name server that is there answers in a tenth of that. */
const PATIENCE = 3000;

/** Asks what `work` asks, and gives up after `patience` milliseconds: what has no answer by then is thrown. */
export async function askNames<T>(
  work: (names: Names) => Promise<T>,
  { resolver = new Resolver({ timeout: 1000, tries: 2 }), patience = PATIENCE }: Asking = {},
): Promise<T> {
  // A question that is given up would keep the process from ending until its own limit.
  const limit = setTimeout(() => resolver.cancel(), patience);
  try {
    return await work(namesOf(resolver));
  } finally {
    clearTimeout(limit);
    resolver.cancel();
  }
}

export interface Asking {
  resolver?: Resolver | undefined;
  patience?: number | undefined;
}

const namesOf = (resolver: Resolver): Names => ({
  texts: async (name) => (await found(resolver.resolveTxt(name)))?.map((parts) => parts.join('')) ?? null,
  mailServers: async (domain) =>
    (await found(resolver.resolveMx(domain)))
      ?.toSorted((a, b) => a.priority - b.priority)
      .map(({ exchange }) => exchange) ?? null,
  hasAddress: async (name) => {
    const kinds = await Promise.all([found(resolver.resolve4(name)), found(resolver.resolve6(name))]);
    return kinds.some((addresses) => (addresses?.length ?? 0) > 0);
  },
  knowsEnding: async (name) => ((await found(resolver.resolveNs(name.split('.').at(-1) ?? '')))?.length ?? 0) > 0,
});

/** Whether something was thrown because no name server answered, in time or at all. */
export const isNoAnswer = (error: unknown): boolean =>
  String((error as { syscall?: unknown }).syscall).startsWith('query');

/** What was found; none for a name without such a record, null for no such name. Everything else is no answer. */
async function found<T>(answer: Promise<T[]>): Promise<T[] | null> {
  try {
    return await answer;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ENODATA') return [];
    if (code === 'ENOTFOUND') return null;
    throw error;
  }
}
