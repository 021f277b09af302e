import type { Db } from './database.ts';
import type { Template, TemplateVersion } from './templates.ts';

/** A template as the screens of the templates show it, archived ones included. */
export interface TemplateRecord extends Template {
  archivedAt: string | null;
}

/** A plan that writes with a template: by one of its steps, or as a recap. */
export interface TemplateUse {
  templateId: number;
  planId: number;
  planName: string;
}

interface Row extends Omit<Template, 'versions'> {
  archived_at: string | null;
}

/** All templates with their versions: e-mails before letters, by name. */
export async function listTemplates(db: Db): Promise<TemplateRecord[]> {
  const rows: Row[] = await db
    .select('id', 'name', 'kind', 'scope', 'archived_at')
    .from('templates')
    .orderBy(['kind', 'name']);
  const versions = Map.groupBy(await versionsOf(db), ({ templateId }) => templateId);
  return rows.map((row) => recordOf(row, versions.get(row.id) ?? []));
}

/** One template, or null. */
export async function templateById(db: Db, id: number): Promise<TemplateRecord | null> {
  const row: Row | undefined = await db
    .select('id', 'name', 'kind', 'scope', 'archived_at')
    .from('templates')
    .where({ id })
    .first();
  return row ? recordOf(row, await versionsOf(db, id)) : null;
}

const recordOf = ({ archived_at, ...row }: Row, versions: readonly (TemplateVersion & { templateId: number })[]) => ({
  ...row,
  archivedAt: archived_at,
  versions: versions.map(({ language, subject, body }) => ({ language, subject, body })),
});

function versionsOf(db: Db, templateId?: number): Promise<(TemplateVersion & { templateId: number })[]> {
  const query = db
    .select({ templateId: 'template_id', language: 'language', subject: 'subject', body: 'body' })
    .from('template_versions')
    .orderBy('language');
  return templateId === undefined ? query : query.where({ template_id: templateId });
}

/** Which plans that are not archived write with which templates; each pair once. */
export async function templateUses(db: Db): Promise<TemplateUse[]> {
  const columns = { templateId: 't.template_id', planId: 'p.id', planName: 'p.name' };
  const bySteps: TemplateUse[] = await db
    .distinct(columns)
    .from('steps as t')
    .join('plans as p', 'p.id', 't.plan_id')
    .where({ 't.retired': 0 })
    .whereNotNull('t.template_id')
    .whereNull('p.archived_at')
    .orderBy('p.name');
  const byRecaps: TemplateUse[] = await db
    .select({ templateId: 'template_id', planId: 'id', planName: 'name' })
    .from('plans')
    .whereNotNull('template_id')
    .whereNull('archived_at')
    .orderBy('name');
  return [...bySteps, ...byRecaps];
}

/** True when a template, other than the one given, bears the name; archived ones keep theirs. */
export async function nameTaken(db: Db, name: string, exceptId = 0): Promise<boolean> {
  const row: { id: number } | undefined = await db
    .select('id')
    .from('templates')
    .where({ name })
    .whereNot({ id: exceptId })
    .first();
  return row !== undefined;
}

/** A new template without any version; returns its id. */
export async function insertTemplate(db: Db, template: Omit<Template, 'id' | 'versions'>): Promise<number> {
  const [row]: { id: number }[] = await db('templates').insert(template).returning('id');
  if (!row) throw new Error('the template was not stored');
  return row.id;
}

/** The words in one language, new or in place of those before. */
export async function putVersion(db: Db, templateId: number, version: TemplateVersion): Promise<void> {
  await db('template_versions')
    .insert({ template_id: templateId, ...version })
    .onConflict(['template_id', 'language'])
    .merge();
}

/** Gives a template another name. */
export async function updateTemplateName(db: Db, id: number, name: string): Promise<void> {
  await db('templates').where({ id }).update({ name });
}

/** Archives a template, or with null takes it back; false when it is not there. */
export async function setArchived(db: Db, id: number, at: string | null): Promise<boolean> {
  return (await db('templates').where({ id }).update({ archived_at: at })) > 0;
}
