/**
 * Something the product will not do, said in one plain sentence: bad input, a lock held by somebody else, an unreadable
 * file. `code` names the translation key `refusal.<code>`; `params` fill it. Nothing has been changed when one is thrown.
 */
export class Refusal extends Error {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number>>;

  constructor(code: string, params: Record<string, string | number> = {}) {
    super(code);
    this.name = 'Refusal';
    this.code = code;
    this.params = params;
  }
}
