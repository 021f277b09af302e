import type { Route } from '../visit.ts';

export const customerRoutes: readonly Route[] = [];
