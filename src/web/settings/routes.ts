import type { Route } from '../visit.ts';

export const settingsRoutes: readonly Route[] = [];
