import type { Route } from '../visit.ts';
import { accountRoutes } from './accountRoutes.ts';
import { setupRoutes } from './setupRoutes.ts';
import { signInRoutes } from './signInRoutes.ts';
import { userRoutes } from './userRoutes.ts';

/** The door, and who holds a key to it. */
export const accessRoutes: readonly Route[] = [...setupRoutes, ...signInRoutes, ...accountRoutes, ...userRoutes];
