import { LANGUAGES } from '../../i18n/translate.ts';
import { Refusal } from '../../refusal.ts';
import { archiveTemplate, restoreTemplate } from '../../services/archiveTemplate.ts';
import { createTemplate, startingWords } from '../../services/createTemplate.ts';
import { duplicateTemplate } from '../../services/duplicateTemplate.ts';
import { type PreviewInput, previewOccasions, previewTemplate } from '../../services/previewTemplate.ts';
import { saveTemplate } from '../../services/saveTemplate.ts';
import { shownMessage } from '../../services/shownMessage.ts';
import { sendTestMail } from '../../services/sendTestMail.ts';
import { listTemplates, templateById, type TemplateRecord, templateUses } from '../../store/templateEditing.ts';
import type { TemplateVersion } from '../../store/templates.ts';
import { readForm } from '../form.ts';
import { sendFramed } from '../framed.ts';
import type { Route, Visit, Web } from '../visit.ts';
import { newTemplateForm, templateForm } from './forms.ts';
import { keep, keptFor } from './kept.ts';
import { editorView, type EditorState, listView, previewView } from './view.ts';

/** What reminders say: the list, and the editor with its preview. Everybody may look and try; the words are the owners'. */
export const templateRoutes: readonly Route[] = [
  { method: 'get', path: '/templates', allow: 'colleague', run: list },
  { method: 'get', path: '/templates/new', allow: 'owner', run: (visit) => newTemplate(visit) },
  { method: 'post', path: '/templates', allow: 'owner', run: create },
  { method: 'get', path: '/templates/previews/:token', allow: 'colleague', run: (visit) => keptPreview(visit) },
  { method: 'get', path: '/templates/tests/:token', allow: 'colleague', run: (visit) => keptTest(visit) },
  { method: 'get', path: '/templates/:id', allow: 'colleague', run: edit },
  { method: 'put', path: '/templates/:id', allow: 'owner', run: save },
  { method: 'get', path: '/templates/:id/body', allow: 'colleague', run: savedBody },
  { method: 'post', path: '/templates/:id/preview', allow: 'colleague', run: preview },
  { method: 'post', path: '/templates/:id/test', allow: 'colleague', perMinute: 10, run: test },
  { method: 'post', path: '/templates/:id/duplicate', allow: 'owner', run: duplicate },
  { method: 'put', path: '/templates/:id/archive', allow: 'owner', run: archive },
  { method: 'post', path: '/templates/:id/restore', allow: 'owner', run: restore },
];

async function list(visit: Visit, { db }: Web): Promise<void> {
  const view = listView(await listTemplates(db), await templateUses(db), visit);
  return visit.page('templates/index.njk', { ...view, mayEdit: visit.user?.role === 'owner' });
}

const NEW = { name: '', kind: 'email', scope: 'single' };

function newTemplate(visit: Visit, values: object = {}, errors: Record<string, string> = {}): Promise<void> {
  const model = { values: { ...NEW, ...values }, errors: { name: '', kind: '', scope: '', ...errors } };
  return visit.page('templates/new.njk', model, Object.keys(errors).length ? 422 : 200);
}

async function create(visit: Visit, { db, clock }: Web): Promise<void> {
  const form = readForm(visit, newTemplateForm);
  if (!form.ok) return newTemplate(visit, form.values, form.errors);
  const { language } = visit.settings;
  const created = await createTemplate(db, form.value, { language, clock, userId: visit.user?.id ?? null });
  if (!created.ok) return newTemplate(visit, form.value, { name: visit.t('templates.nameTaken') });
  visit.redirect(`/templates/${created.id}`, { key: 'templates.created' });
}

async function edit(visit: Visit, web: Web): Promise<void> {
  const template = await templateById(web.db, visit.id());
  if (!template) return visit.notFound();
  return editor(visit, web, template, wordsOf(template, languageOf(visit, template)));
}

/** The language asked for, else the user's where it is there, else the first that is. */
function languageOf(visit: Visit, { versions }: TemplateRecord): string {
  const known = versions.map(({ language }) => language);
  const possible = [...LANGUAGES, ...known];
  const asked = possible.find((language) => language === visit.field('language'));
  return asked ?? known.find((language) => language === visit.language) ?? known[0] ?? visit.language;
}

/** The words stored in a language; where there are none, ours to begin with. */
const wordsOf = (template: TemplateRecord, language: string): TemplateVersion =>
  template.versions.find((version) => version.language === language) ?? startingWords(template, language);

type Sent = TemplateVersion & Partial<Pick<EditorState, 'name' | 'errors' | 'problems'>>;

async function editor(visit: Visit, { db }: Web, template: TemplateRecord, sent: Sent, status = 200): Promise<void> {
  const occasions = await previewOccasions(db, template.scope);
  const uses = (await templateUses(db)).filter(({ templateId }) => templateId === template.id);
  const on = occasions.find(({ value }) => value === visit.field('on'))?.value ?? occasions[0]?.value ?? '';
  const state = { template, name: template.name, errors: {}, problems: [], occasions, uses, on, ...sent };
  const view = editorView(state, visit);
  if (visit.partial && status !== 200) return visit.fragment('templates/_fields.njk', view, status);
  return visit.page('templates/editor.njk', { ...view, ...(await keptView(visit, db, template, sent, on)) }, status);
}

/** The preview of some words, with its page kept for the frame that shows it. */
async function keptView(
  visit: Visit,
  db: Web['db'],
  template: TemplateRecord,
  words: TemplateVersion,
  on: string,
): Promise<object> {
  const result = await previewTemplate(db, inputOf(visit, template, words, on));
  const url = result.ok ? `/templates/previews/${keep(visit.user?.id ?? 0, await shownMessage(result.mail))}` : '';
  return previewView(result, url, visit);
}

const inputOf = (
  { today, settings }: Visit,
  template: TemplateRecord,
  words: TemplateVersion,
  on: string,
): PreviewInput => ({ template, words, on, today, settings });

async function save(visit: Visit, web: Web): Promise<void> {
  const template = await templateById(web.db, visit.id());
  if (!template) return visit.notFound();
  const sent = sentWords(visit, template);
  const form = readForm(visit, templateForm);
  if (!form.ok) return editor(visit, web, template, { ...sent, errors: form.errors }, 422);
  const { clock, db } = web;
  const change = { ...form.value, language: sent.language, id: template.id };
  const saved = await saveTemplate(db, change, { clock, userId: visit.user?.id ?? null });
  if (saved.ok)
    return visit.redirect(`/templates/${template.id}?language=${sent.language}`, { key: 'templates.saved' });
  if (saved.missing) return visit.notFound();
  const errors: Record<string, string> = saved.nameTaken ? { name: visit.t('templates.nameTaken') } : {};
  return editor(visit, web, template, { ...sent, errors, problems: saved.problems }, 422);
}

/** What the form holds, word for word: nothing that was typed is lost. */
function sentWords(visit: Visit, template: TemplateRecord): TemplateVersion & { name: string } {
  return {
    name: visit.field('name'),
    language: languageOf(visit, template),
    subject: visit.field('subject'),
    body: visit.field('body').replace(/\r\n?/g, '\n'),
  };
}

async function preview(visit: Visit, { db }: Web): Promise<void> {
  const template = await templateById(db, visit.id());
  if (!template) return visit.notFound();
  const view = await keptView(visit, db, template, sentWords(visit, template), visit.field('on'));
  return visit.fragment('templates/_preview.njk', view);
}

/** A stored version as it would leave: for the pictures of the list. */
async function savedBody(visit: Visit, { db }: Web): Promise<void> {
  const template = await templateById(db, visit.id());
  const words = template?.versions.find(({ language }) => language === visit.field('language'));
  if (!template || !words) return visit.notFound();
  const result = await previewTemplate(db, inputOf(visit, template, words, ''));
  if (!result.ok) return visit.notFound();
  sendPreview(visit, await shownMessage(result.mail));
}

function keptPreview(visit: Visit): Promise<void> | void {
  const html = keptFor(visit.user?.id ?? 0, String(visit.request.params.token));
  if (typeof html !== 'string') return visit.notFound();
  sendPreview(visit, html);
}

/** A preview is of this moment: no cache keeps it. */
function sendPreview({ response }: Visit, html: string): void {
  response.set('Cache-Control', 'private, no-store');
  sendFramed(response, html);
}

/** "Send me a test": to the address of the person who asks, whatever the form says. */
async function test(visit: Visit, { db, clock, config }: Web): Promise<void> {
  const template = await templateById(db, visit.id());
  const { user, language, t } = visit;
  if (!template || !user) return visit.notFound();
  const answer = (text: string, tone: string, url = '', status = 200): Promise<void> =>
    visit.page('templates/test.njk', { result: { text, tone, url }, title: template.name, id: template.id }, status);
  const input = inputOf(visit, template, sentWords(visit, template), visit.field('on'));
  const sent = await sendTestMail(db, input, { user: { ...user, language }, clock, config }).catch((error: Error) => {
    if (error instanceof Refusal) return { ok: false, reason: 'not_accepted', reply: '' } as const;
    throw error;
  });
  if (sent.ok && sent.transport === 'smtp') return answer(t('templates.testSent', { address: user.email }), 'ok');
  if (sent.ok) {
    const url = `/templates/tests/${keep(user.id, sent.raw)}`;
    return answer(t('templates.testKept', { address: user.email }), 'ok', url);
  }
  const reply = sent.reason === 'not_accepted' ? sent.reply : '';
  const status = sent.reason === 'too_many' ? 429 : 422;
  return answer(t(TEST_REFUSED[sent.reason], { reply }), 'danger', '', status);
}

const TEST_REFUSED = {
  broken: 'templates.testBroken',
  too_many: 'templates.testTooMany',
  bad_address: 'templates.testBadAddress',
  not_accepted: 'templates.testRefused',
} as const;

function keptTest(visit: Visit): Promise<void> | void {
  const raw = keptFor(visit.user?.id ?? 0, String(visit.request.params.token));
  if (!Buffer.isBuffer(raw)) return visit.notFound();
  visit.response.attachment('test.eml').type('message/rfc822').send(raw);
}

async function duplicate(visit: Visit, { db, clock }: Web): Promise<void> {
  const { language, user } = visit;
  const copy = await duplicateTemplate(db, visit.id(), { language, clock, userId: user?.id ?? null });
  if (copy === null) return visit.notFound();
  visit.redirect(`/templates/${copy}`, { key: 'templates.duplicated' });
}

async function archive(visit: Visit, { db, clock }: Web): Promise<void> {
  const id = visit.id();
  const result = await archiveTemplate(db, id, { clock, userId: visit.user?.id ?? null });
  if (result.ok)
    return visit.redirect('/templates', {
      key: 'templates.archived',
      params: { name: result.name },
      undo: `/templates/${id}/restore`,
    });
  if (result.missing) return visit.notFound();
  const text = visit.t('templates.inUse', { count: result.plans.length, plans: result.plans.join(', ') });
  return visit.page('templates/refused.njk', { title: visit.t('templates.notArchived'), text, id }, 422);
}

async function restore(visit: Visit, { db, clock }: Web): Promise<void> {
  if (!(await restoreTemplate(db, visit.id(), { clock, userId: visit.user?.id ?? null }))) return visit.notFound();
  visit.redirect('/templates', { key: 'templates.restored' });
}
