import type { Visit, Web } from './visit.ts';

/** Who does something, and by which clock: what services that write ask for. */
export interface Doing {
  clock: Web['clock'];
  userId: number | null;
}

export const doing = (visit: Visit, { clock }: Web): Doing => ({ clock, userId: visit.user?.id ?? null });
