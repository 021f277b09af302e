import type { Route } from '../visit.ts';

export const accessRoutes: readonly Route[] = [];
