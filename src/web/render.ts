import type { Response } from 'express';
import nunjucks from 'nunjucks';
import { translator } from '../i18n/translate.ts';
import { readResource } from '../resources.ts';

/** Reads templates as the product's own resources, so that the single binary finds them too. */
class ResourceLoader extends nunjucks.Loader implements nunjucks.ILoader {
  getSource(name: string): nunjucks.LoaderSource {
    const source = readResource(`views/${name}`);
    if (!source) throw new Error(`views/${name} is missing`);
    return { src: source.toString('utf8'), path: name, noCache: false };
  }
}

const environment = new nunjucks.Environment(new ResourceLoader(), {
  autoescape: true,
  throwOnUndefined: true,
  trimBlocks: true,
  lstripBlocks: true,
});

/** Answers with a page. The view model holds words, not puzzles; `t` translates the template's own texts. */
export function sendPage(response: Response, template: string, language: string, model: object): void {
  response.type('html').send(environment.render(template, { ...model, language, t: translator(language) }));
}
