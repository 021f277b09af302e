import type { Session } from '../../store/sessions.ts';
import type { Role, User } from '../../store/users.ts';

/** The user who is signed in. */
export interface SignedIn {
  id: number;
  name: string;
  email: string;
  role: Role;
  language: string;
}

/** What the access control notes about a request, for its own screens: who holds the session, open or half open. */
export interface Known {
  user: User;
  session: Session;
}
