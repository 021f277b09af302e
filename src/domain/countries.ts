import Holidays from 'date-holidays';

let codes: readonly string[] | undefined;

/** The countries (ISO 3166 alpha-2) whose public holidays are known. */
export function countryCodes(): readonly string[] {
  codes ??= Object.keys(new Holidays().getCountries());
  return codes;
}
