import { type ArchiveInput, ARCHIVE_VERSION, archiveSchema } from '../src/domain/archive.ts';
import starter from './starter.json' with { type: 'json' };

/** The languages that the first templates and plans are written in. */
export type SeedLanguage = 'en' | 'fr' | 'it';

interface Named {
  key?: string;
  names: Record<SeedLanguage, string>;
}

/**
 * The first templates and plans, named in the owner's language; each template speaks all three, for the customer's.
 * The recaps begin on `startOn`.
 */
export function starterArchive(language: SeedLanguage, startOn = '2026-12-01'): ArchiveInput {
  const templateNames = namesByKey(starter.templates, language);
  const withTemplate = (item: Named & { template?: string }) => ({
    ...named(item, language),
    template: item.template && templateNames.get(item.template),
  });
  return archiveSchema.parse({
    format: 'dunwell-archive',
    version: ARCHIVE_VERSION,
    templates: starter.templates.map((template) => named(template, language)),
    plans: starter.plans.map((plan) =>
      plan.steps
        ? { ...named(plan, language), steps: plan.steps.map(withTemplate) }
        : { ...withTemplate(plan), startOn },
    ),
  });
}

/** What the starter's plans are called in the language, by their keys. */
export const starterPlanNames = (language: SeedLanguage): Map<string, string> => namesByKey(starter.plans, language);

function named<T extends Named>({ key: _key, names, ...rest }: T, language: SeedLanguage) {
  return { ...rest, name: names[language] };
}

function namesByKey(items: readonly Required<Named>[], language: SeedLanguage): Map<string, string> {
  return new Map(items.map(({ key, names }) => [key, names[language]]));
}
