import type { Route } from '../visit.ts';

export const planRoutes: readonly Route[] = [];
