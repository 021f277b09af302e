import type { Request, Response } from 'express';
import { localMoment } from '../domain/timetable.ts';
import type { Day } from '../domain/calendar.ts';
import type { Settings } from '../domain/settings.ts';
import { isLanguage, type Language, LANGUAGES, type Translate, translator } from '../i18n/translate.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import type { SpaceReader } from '../services/diskSpace.ts';
import type { PasswordCost } from '../services/passwordHash.ts';
import type { Pulse } from '../pulse.ts';
import type { Db } from '../store/database.ts';
import { readSettings } from '../store/settings.ts';
import type { SignedIn } from './access/session.ts';
import { loadFrame } from './frame.ts';
import { keepToast, type Toast } from './toast.ts';
import { render } from './render.ts';

/** What every screen works with. */
export interface Web {
  db: Db;
  clock: Clock;
  config: Config;
  /** Names this process in claims. */
  owner: string;
  /** What the daily job of this process last did; absent where none runs, as in most tests. */
  pulse?: Pulse | undefined;
  /** Where surprises, slow answers and refused sign-ins are written down; absent in most tests. */
  log?: Log | undefined;
  /** What the console printed for the first visit; nobody can make that visit without it. */
  setupToken?: string | undefined;
  /** How the free space of the data folder is read; tests read another. */
  freeSpace?: SpaceReader | undefined;
  /** What a new password's hash costs; tests save it. */
  passwordCost?: PasswordCost | undefined;
}

/** Who may come here: everybody; only while there is no owner yet; every user; owners only. */
export type Allow = 'anyone' | 'before_setup' | 'colleague' | 'owner';

/** One address of the product. A route that does not say who may use it cannot be written. */
export interface Route {
  method: 'get' | 'post' | 'put' | 'delete';
  path: string;
  allow: Allow;
  /** How often one address on the network may call it in a minute. */
  perMinute?: number;
  run: (visit: Visit, web: Web) => Promise<void> | void;
}

/** One request with its answer: who asks, in which language, on which day. */
export interface Visit {
  request: Request;
  response: Response;
  user: SignedIn | null;
  language: Language;
  t: Translate;
  settings: Settings;
  today: Day;
  /** True when htmx asks for a part of a page. */
  partial: boolean;
  /** A value of the query or the body as text; empty when absent or repeated. */
  field(name: string): string;
  /** A number from the path. */
  id(name?: string): number;
  /** Answers with a template: the whole page, or its main part alone when htmx asks. */
  page(template: string, model?: object, status?: number): Promise<void>;
  /** Answers with a part of a page. */
  fragment(template: string, model?: object, status?: number): void;
  /** Goes elsewhere after a change. */
  redirect(url: string, toast?: Toast): void;
  toast(toast: Toast): void;
  notFound(): Promise<void>;
}

/** Gathers what a screen needs to know about a request. */
export async function visitOf(web: Web, request: Request, response: Response): Promise<Visit> {
  const settings = await readSettings(web.db);
  const user = (response.locals.user as SignedIn | undefined) ?? null;
  const language = languageOf(request, user, settings);
  const t = translator(language);
  const partial =
    request.get('HX-Request') === 'true' &&
    request.get('HX-History-Restore-Request') !== 'true' &&
    request.get('HX-Boosted') !== 'true';
  const body = (request.body ?? {}) as Record<string, unknown>;
  const visit: Visit = {
    request,
    response,
    user,
    language,
    t,
    settings,
    today: localMoment(web.clock(), settings.timeZone).day,
    partial,
    field(name) {
      const value = body[name] ?? request.query[name];
      // No text that means anything holds a NUL, and the search index takes it for the end.
      return typeof value === 'string' ? value.replaceAll('\0', '').trim() : '';
    },
    id: (name = 'id') => {
      const value = request.params[name];
      return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : 0;
    },
    async page(template, model = {}, status = 200) {
      response.vary('HX-Request');
      const frame = partial ? {} : await loadFrame(web, visit);
      send(
        template,
        { ...shared(visit), ...frame, layout: partial ? 'layouts/fragment.njk' : 'layouts/page.njk', ...model },
        status,
      );
    },
    fragment(template, model = {}, status = 200) {
      response.vary('HX-Request');
      send(template, { ...shared(visit), layout: 'layouts/fragment.njk', ...model }, status);
    },
    redirect(url, toast) {
      if (toast) keepToast(response, t, toast);
      if (partial) response.set('HX-Redirect', url).status(204).end();
      else response.redirect(303, url);
    },
    toast({ key, params, undo }) {
      response.set(
        'HX-Trigger',
        asciiJson({ toast: { text: t(key, params), undo: undo ?? '', undoLabel: t('toast.undo') } }),
      );
    },
    notFound: () =>
      visit.page('layouts/message.njk', { title: t('error.notFound'), text: t('error.notFoundText') }, 404),
  };
  function send(template: string, model: object, status: number): void {
    response.status(status).type('html').send(render(template, model));
  }
  return visit;
}

const shared = ({ t, language, response, user, settings }: Visit): object => ({
  t,
  language,
  user,
  companyName: settings.company.name,
  csrf: (response.locals.csrf as string | undefined) ?? '',
  nonce: (response.locals.nonce as string | undefined) ?? '',
});

/** The user's own language, else what the browser asks for where we speak it, else the company's. */
function languageOf(request: Request, user: SignedIn | null, settings: Settings): Language {
  if (user && isLanguage(user.language)) return user.language;
  const asked = request.acceptsLanguages(...LANGUAGES);
  if (asked && isLanguage(asked)) return asked;
  return isLanguage(settings.language) ? settings.language : 'en';
}

/** Headers are Latin-1: everything else is written as an escape. */
const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
