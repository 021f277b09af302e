import { saveAsTemplate, type SavedAs } from '../../services/saveAsTemplate.ts';
import { readForm } from '../form.ts';
import { problemViews } from '../templates/view.ts';
import type { Visit, Web } from '../visit.ts';
import { markOf, sentFields } from './fields.ts';
import { nameForm } from './forms.ts';
import { channelOf, refuse, show } from './showing.ts';
import { openWindow, type OpenWindow } from './window.ts';

/** "Save as template": the words in the window, under a name, among the pills from now on. */
export async function keepAsTemplate(visit: Visit, web: Web): Promise<void> {
  const fields = sentFields(visit);
  if (!fields) return refuse(visit, web, { reason: 'no_invoice', about: [], ids: [] });
  const opened = await openWindow(web.db, visit, channelOf(visit), fields);
  if (!opened.ok) return refuse(visit, web, opened.none);
  const { window } = opened;
  const refused = (errors: Record<string, string>): Promise<void> =>
    show(visit, web, window, { errors, templateName: visit.field('templateName'), live: visit.partial, status: 422 });
  const form = readForm(visit, nameForm);
  if (!form.ok) return refused(form.errors);
  const name = form.value.templateName;
  const { clock, db } = web;
  const saved = await saveAsTemplate(db, toBe(window, name), { clock, userId: visit.user?.id ?? null });
  if (!saved.ok) return refused({ templateName: sentenceOf(saved, visit) });
  const chosen = { ...fields, templateId: saved.id, was: markOf(window.fields.words), before: null };
  const anew = await openWindow(db, visit, channelOf(visit), chosen);
  if (!anew.ok) return refuse(visit, web, anew.none);
  return show(visit, web, { ...anew.window, wordsReplaced: false }, { live: visit.partial, savedAs: name });
}

/** What speaks of one invoice becomes a template for one; everything else can list several. */
function toBe({ occasion, proposal, fields }: OpenWindow, name: string): Parameters<typeof saveAsTemplate>[1] {
  const { template, language } = proposal;
  const ofOne =
    template.scope === 'single' || /\{\{[^}]*\binvoice\./.test(`${fields.words.subject} ${fields.words.body}`);
  const scope = occasion.invoices.length === 1 && ofOne ? 'single' : 'grouped';
  return { name, kind: template.kind, scope, language, ...fields.words };
}

function sentenceOf(saved: Extract<SavedAs, { ok: false }>, { t }: Visit): string {
  if (saved.nameTaken) return t('templates.nameTaken');
  const { subject, body } = problemViews(saved.problems, t);
  return [...subject, ...body][0]?.text ?? '';
}
