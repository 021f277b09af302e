/** One figure as Prometheus would store it. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** What is told about the figures of one name before they come. */
interface Family {
  help: string;
  type: string;
  samples: Sample[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const HELP = new RegExp(`^# HELP (${NAME}) (.+)$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`);
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;
const VALUE = /^([+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?|NaN|[+-]Inf)$/i;
/** The parts of a histogram and of a summary are figures of their own. */
const PART = /_(bucket|sum|count)$/;

/**
 * Reads the text format 0.0.4 as strictly as its description allows: a HELP and a TYPE before the figures of a name, all of
 * them together, each once, and a line end behind the last. Throws with the line that breaks a rule.
 */
export function readExposition(text: string): Map<string, Family> {
  const families = new Map<string, Family>();
  const seen = new Set<string>();
  let open = '';
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '') continue;
    const refuse = (why: string): never => {
      throw new Error(`${why}: ${line}`);
    };
    const [, helped, help = ''] = HELP.exec(line) ?? [];
    const [, typed, type = ''] = TYPE.exec(line) ?? [];
    if (helped !== undefined) {
      if (families.has(helped)) refuse('told twice');
      families.set(helped, { help, type: '', samples: [] });
      open = helped;
    } else if (typed !== undefined) {
      const family = families.get(typed);
      if (typed !== open || !family || family.type || family.samples.length) refuse('a TYPE in the wrong place');
      else family.type = type;
    } else {
      const sample = readSample(line) ?? refuse('not a line of the format');
      const family = families.get(open);
      const belongs = sample.name === open || sample.name.replace(PART, '') === open;
      if (!family?.type || !belongs) refuse('a figure that nothing was told about');
      const key = `${sample.name}${JSON.stringify(Object.entries(sample.labels).toSorted())}`;
      if (seen.has(key)) refuse('the same figure twice');
      seen.add(key);
      family?.samples.push(sample);
    }
  }
  return families;
}

function readSample(line: string): Sample | null {
  const [, name = '', inside, value = ''] = SAMPLE.exec(line) ?? [];
  if (!name || !VALUE.test(value)) return null;
  const labels: Record<string, string> = {};
  for (LABEL.lastIndex = 0; inside && LABEL.lastIndex < inside.length; ) {
    const [, label = '', text = ''] = LABEL.exec(inside) ?? [];
    if (!label || label in labels) return null;
    labels[label] = text;
  }
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) };
}
