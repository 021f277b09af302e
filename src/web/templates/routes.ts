import type { Route } from '../visit.ts';

export const templateRoutes: readonly Route[] = [];
