import type { Db } from './database.ts';

/** What a reminder says, in one language. */
export interface TemplateVersion {
  language: string;
  subject: string;
  body: string;
}

export interface Template {
  id: number;
  name: string;
  kind: 'email' | 'letter';
  scope: 'single' | 'grouped';
  versions: TemplateVersion[];
}

/** All templates that are not archived, by id. */
export async function loadTemplates(db: Db): Promise<Map<number, Template>> {
  const rows: Omit<Template, 'versions'>[] = await db
    .select('id', 'name', 'kind', 'scope')
    .from('templates')
    .whereNull('archived_at')
    .orderBy('id');
  const all: (TemplateVersion & { templateId: number })[] = await db
    .select({ templateId: 'template_id', language: 'language', subject: 'subject', body: 'body' })
    .from('template_versions')
    .orderBy('language');
  const versions = Map.groupBy(all, ({ templateId }) => templateId);
  return new Map(rows.map((row) => [row.id, { ...row, versions: versions.get(row.id) ?? [] }]));
}

/** The version to write to a customer in: his language, else the company's, else English, else any (MW-42). */
export function versionFor(template: Template, language: string, companyLanguage: string): TemplateVersion | null {
  for (const wanted of [language, companyLanguage, 'en']) {
    const version = template.versions.find((one) => one.language === wanted);
    if (version) return version;
  }
  return template.versions[0] ?? null;
}
