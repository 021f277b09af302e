import Holidays from 'date-holidays';

/** A part of a country that keeps holidays of its own. */
export interface Region {
  code: string;
  name: string;
}

/** The regions of a country (ISO 3166 alpha-2) whose holidays are known; none for most small countries, and for an unknown one. */
export function holidayRegions(country: string, language = 'en'): Region[] {
  const states = (new Holidays().getStates(country, language) ?? {}) as Record<string, string>;
  return Object.entries(states)
    .map(([code, name]) => ({ code, name }))
    .toSorted((a, b) => a.name.localeCompare(b.name, language));
}
