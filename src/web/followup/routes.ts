import type { Route } from '../visit.ts';

/** Runs and the forecast. */
export const followUpRoutes: readonly Route[] = [];
