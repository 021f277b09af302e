import { type ArchiveInput, archiveSchema } from '../src/domain/archive.ts';
import demo from './demo.json' with { type: 'json' };
import { type SeedLanguage, starterArchive, starterPlanNames } from './starter.ts';

const { planLimits, ...company } = demo;
const limitsByPlan = new Map(Object.entries(planLimits));

/** The demo company: Anna's bakery supply in Lyon on a Friday in November, with the starter's templates and plans. */
export function demoArchive(language: SeedLanguage): ArchiveInput {
  const starter = starterArchive(language);
  const planNames = starterPlanNames(language);
  const limits = new Map([...limitsByPlan].map(([key, limit]) => [planNames.get(key), limit]));
  return archiveSchema.parse({
    ...starter,
    ...(inLanguage(company, language) as object),
    settings: { ...company.settings, language },
    plans: starter.plans?.map((plan) => ({ ...plan, limits: limits.get(plan.name) })),
    enrolments: company.enrolments.map((enrolment) => ({ ...enrolment, plan: planNames.get(enrolment.plan) })),
  });
}

/** The value with each text that the owner wrote ({ en, fr, it }) in one language. */
function inLanguage(value: unknown, language: SeedLanguage): unknown {
  if (Array.isArray(value)) return value.map((item) => inLanguage(item, language));
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Record<string, unknown>;
  if (language in fields) return fields[language];
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, inLanguage(field, language)]));
}
