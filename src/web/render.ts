import nunjucks from 'nunjucks';
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

/** A template with its view model: words, not puzzles. A value that is missing throws instead of leaving a hole. */
export const render = (template: string, model: object): string => environment.render(template, model);
