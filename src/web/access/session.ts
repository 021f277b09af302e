/** The user who is signed in. */
export interface SignedIn {
  id: number;
  name: string;
  email: string;
  role: 'owner' | 'colleague';
  language: string;
}
