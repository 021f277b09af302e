import { formatMoney } from '../../i18n/format.ts';
import { isLanguage, type Key, LANGUAGES, type Translate } from '../../i18n/translate.ts';
import type { Occasion, Preview } from '../../services/previewTemplate.ts';
import type { TemplateRecord, TemplateUse } from '../../store/templateEditing.ts';
import type { Template } from '../../store/templates.ts';
import type { Visit } from '../visit.ts';
import { variableMenus } from './variables.ts';

type Words = Pick<Visit, 't' | 'language'>;
type Problem = Extract<Preview, { ok: false }>['problems'][number];

const SCOPES: Record<Template['scope'], Key> = { single: 'templates.scopeSingle', grouped: 'templates.scopeGrouped' };
const KINDS: Record<Template['kind'], Key> = { email: 'templates.kindEmail', letter: 'templates.kindLetter' };
const KIND_TITLES: Record<Template['kind'], Key> = { email: 'templates.emails', letter: 'templates.letters' };

const PROBLEMS: Record<Problem['code'], Key> = {
  too_long: 'templates.problemTooLong',
  too_deep: 'templates.problemTooDeep',
  syntax: 'templates.problemSyntax',
  unknown_variable: 'templates.problemUnknown',
  not_allowed: 'templates.problemNotAllowed',
  unclosed: 'templates.problemUnclosed',
  unopened: 'templates.problemUnopened',
  heavy: 'templates.problemHeavy',
};
const MOST_PROBLEMS = 5;

/** A problem in words, with the piece of the text around it. */
interface ProblemView {
  text: string;
  place: { before: string; marked: string; after: string } | null;
}

/** What is wrong with the subject and with the body. */
export function problemViews(problems: readonly Problem[], t: Translate): Record<'subject' | 'body', ProblemView[]> {
  const of = (field: Problem['field']): ProblemView[] =>
    problems
      .filter((one) => one.field === field)
      .slice(0, MOST_PROBLEMS)
      .map(({ code, detail, line, place }) => {
        const text = t(PROBLEMS[code], { detail });
        return { text: line === null ? text : t('templates.onLine', { line, problem: text }), place };
      });
  return { subject: of('subject'), body: of('body') };
}

/** The list, by kind, with what is put away at its foot. */
export function listView(templates: readonly TemplateRecord[], uses: readonly TemplateUse[], words: Words): object {
  const inUse = Map.groupBy(uses, ({ templateId }) => templateId);
  const present = templates.filter(({ archivedAt }) => archivedAt === null);
  return {
    groups: (['email', 'letter'] as const)
      .map((kind) => ({
        kind,
        title: words.t(KIND_TITLES[kind]),
        cards: present
          .filter((template) => template.kind === kind)
          .map((template) => cardView(template, inUse.get(template.id) ?? [], words)),
      }))
      .filter(({ cards }) => cards.length > 0),
    archived: templates.filter(({ archivedAt }) => archivedAt !== null).map(({ id, name }) => ({ id, name })),
  };
}

function cardView(template: TemplateRecord, uses: readonly TemplateUse[], { t, language }: Words): object {
  const { id, name, scope, versions } = template;
  const shown = versions.find((one) => one.language === language) ?? versions[0];
  return {
    id,
    name,
    scope: t(SCOPES[scope]),
    subject: shown?.subject ?? '',
    thumbnail: shown ? `/templates/${id}/body?language=${shown.language}` : '',
    languages: languagesOf(template, language).map(({ code, language: spoken, missing }) => ({
      code,
      missing,
      text: missing ? t('templates.languageMissing', { language: spoken }) : spoken,
    })),
    uses: [...new Map(uses.map((use) => [use.planId, { url: `/plans/${use.planId}`, name: use.planName }])).values()],
  };
}

/** The languages of the product, then those that a template has beside. */
function languagesOf(
  { versions }: Pick<Template, 'versions'>,
  language: string,
): { code: string; language: string; missing: boolean }[] {
  const known = versions.map((one) => one.language);
  const codes = [...LANGUAGES, ...known.filter((code) => !isLanguage(code))];
  const names = new Intl.DisplayNames([language], { type: 'language' });
  return codes.map((code) => ({ code, language: names.of(code) ?? code, missing: !known.includes(code) }));
}

/** What the editor holds: as stored, as proposed for a language that is missing, or as it was sent and refused. */
export interface EditorState {
  template: TemplateRecord;
  name: string;
  language: string;
  subject: string;
  body: string;
  errors: Record<string, string>;
  problems: readonly Problem[];
  occasions: readonly Occasion[];
  on: string;
  uses: readonly TemplateUse[];
}

/** The editor with its menus, its tabs and what the preview can be shown on. */
export function editorView(state: EditorState, { t, language: screen, user }: Words & Pick<Visit, 'user'>): object {
  const { template, name, language, subject, body, errors, problems, occasions, on, uses } = state;
  const languages = languagesOf(template, screen);
  const chosen = languages.find(({ code }) => code === language);
  return {
    id: template.id,
    title: template.name,
    kind: t(KINDS[template.kind]),
    scope: t(SCOPES[template.scope]),
    language,
    mayEdit: user?.role === 'owner' && template.archivedAt === null,
    archived: template.archivedAt !== null,
    tabs: languages.map((one) => ({
      ...one,
      chosen: one.code === language,
      url: `/templates/${template.id}?language=${one.code}`,
    })),
    proposed: chosen?.missing ? t('templates.proposed', { language: chosen.language }) : '',
    fields: { name, subject, body },
    errors: { name: '', subject: '', body: '', ...errors },
    problemLists: problemViews(problems, t),
    ...variableMenus(template.scope, t),
    occasionLabel: t(template.scope === 'single' ? 'templates.onInvoice' : 'templates.onCustomer'),
    occasions: occasions.map(({ value, number, customerName, count, total, currency }) => {
      const amount = formatMoney(total, currency, screen);
      const text =
        template.scope === 'single'
          ? t('templates.occasionInvoice', { number, customer: customerName, amount })
          : t('templates.occasionCustomer', { customer: customerName, count, amount });
      return { value, text };
    }),
    on,
    uses: uses.map(({ planId, planName }) => ({ url: `/plans/${planId}`, name: planName })),
  };
}

/** The preview: where its page is and what stands around it, or what keeps the template from being rendered. */
export function previewView(preview: Preview, url: string, { t }: Pick<Visit, 't'>): object {
  if (!preview.ok) {
    const { subject, body } = problemViews(preview.problems, t);
    return { preview: { url: '', subject: '', attachments: [], problems: [...subject, ...body], example: false } };
  }
  const { mail, documents, occasion } = preview;
  return {
    preview: {
      url,
      subject: mail.subject,
      attachments: documents.map(({ name }) => name),
      problems: [],
      example: occasion === null,
    },
  };
}
