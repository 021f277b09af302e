import { type Import, importsOf, productCode, type Source, targetOf } from './sources.ts';

const BASE = ['refusal', 'clock types', 'resources', 'version', 'log types', 'dataDir'];

/** What each ring may import beside itself (docs/architecture.md). "types" allows its types and nothing that runs. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  main: ['cli', 'mail', 'ownProcess', 'pdf', 'services', 'refusal'],
  cli: [
    ...'services store jobs web i18n domain seeds clock config refusal resources version log pulse'.split(' '),
    // The command line names kinds of file and a way out; reading and sending are the services' business.
    'importers types',
    'mail types',
  ],
  web: [...'services store i18n domain clock refusal resources version log'.split(' '), 'config types', 'pulse types'],
  jobs: ['services', 'store', 'domain', 'mail types', 'clock', 'refusal', 'log types', 'pulse types'],
  services: [
    ...'store mail pdf importers i18n domain seeds clock refusal ownProcess faultPoints'.split(' '),
    // `check` looks at what the environment names.
    'config types',
    'log types',
    'version',
    'pulse types',
  ],
  store: ['domain', 'migrations', ...BASE],
  // A message is words in the customer's language, so what composes one needs the words.
  // The way out is where the fault suite kills; nothing that the web reaches by itself may.
  mail: ['domain', 'i18n', 'ownProcess', 'faultPoints', ...BASE],
  pdf: ['domain', 'i18n', 'ownProcess', ...BASE],
  importers: ['domain', ...BASE],
  i18n: ['domain', 'locales', ...BASE],
  domain: [],
  clock: ['domain types'],
  config: ['dataDir', 'refusal', 'resources'],
  dataDir: [],
  ownProcess: ['dataDir', 'resources'],
  version: ['resources'],
  log: ['version', 'refusal'],
  pulse: [],
  faultPoints: [],
  refusal: [],
  resources: [],
};

/** Packages that one ring keeps to itself. */
const OWNER: Record<string, string> = {
  knex: 'store',
  'better-sqlite3': 'store',
  express: 'web',
  'prom-client': 'web',
  nunjucks: 'web',
  nodemailer: 'mail',
  handlebars: 'mail',
  'node-cron': 'jobs',
  'pdf-lib': 'pdf',
  'csv-parse': 'importers',
  i18next: 'i18n',
};

/** How a function of the store that writes begins. Screens and jobs only read: everything that writes goes through a service. */
const WRITES =
  /^(add|close|delete|end|insert|lease|mark|move|note|put|record|recompute|recover|refuse|remove|rewrite|save|set|store|update|upsert|write)[A-Z]/;

const code = productCode();

/** The ring that a path of the project belongs to: a folder of src, a file of src, or a folder beside it. */
function ringOf(file: string): string {
  const [top = '', ring = ''] = file.split('/');
  return top === 'src' ? ring.replace('.ts', '') : top;
}

const allows = (ring: string, target: string, { typesOnly }: Import): boolean => {
  const list = MAY_IMPORT[ring] ?? [];
  return ring === target || list.includes(target) || (typesOnly && list.includes(`${target} types`));
};

const own = (source: Source): Import[] => importsOf(source).filter(({ from }) => from.startsWith('.'));
const packageOf = (from: string): string => from.split('/', from.startsWith('@') ? 2 : 1).join('/');
const filesWith = (pattern: RegExp): string[] => code.filter(({ text }) => pattern.test(text)).map(({ file }) => file);

test('dependencies point downward only', () => {
  const against = code.flatMap((source) =>
    own(source)
      .filter((one) => !allows(ringOf(source.file), ringOf(targetOf(source, one.from)), one))
      .map(({ from }) => `${source.file} imports ${targetOf(source, from)}`),
  );
  expect(against).toEqual([]);
});

test('every ring is known, so that a new folder gets its place in the house', () => {
  expect([...new Set(code.map(({ file }) => ringOf(file)))].filter((ring) => !(ring in MAY_IMPORT))).toEqual([]);
});

test('each of the big packages is named in one ring', () => {
  const against = code.flatMap((source) =>
    importsOf(source)
      .map(({ from }) => packageOf(from))
      .filter((name) => name in OWNER && OWNER[name] !== ringOf(source.file))
      .map((name) => `${source.file} imports ${name}, which belongs to ${OWNER[name]}`),
  );
  expect(against).toEqual([]);
});

test('screens and jobs read the store; what writes is a service', () => {
  const against = code
    .filter(({ file }) => ['web', 'jobs'].includes(ringOf(file)))
    .flatMap((source) =>
      own(source)
        .filter(({ from }) => ringOf(targetOf(source, from)) === 'store')
        .flatMap(({ names }) => names.filter((name) => WRITES.test(name)))
        .map((name) => `${source.file} calls ${name}`),
    );
  expect(against).toEqual([]);
});

test('SQL is built in the store', () => {
  const calls = /\b(db|trx)(\(|\s*\.\s*(raw|select|from|insert|schema|fn)\b)/;
  expect(filesWith(calls).filter((file) => ringOf(file) !== 'store')).toEqual([]);
});

test('only the clock reads the clock', () => {
  expect(filesWith(/\bnew Date\(\s*\)|\bDate\.now\b|\bperformance\.now\b/)).toEqual(['src/clock.ts']);
});

test('the machine’s clock enters at the command line', () => {
  const outside = filesWith(/\bsystemClock\b/).filter((file) => !['clock', 'cli'].includes(ringOf(file)));
  expect(outside).toEqual([]);
});

test('no file only passes on what others export', () => {
  expect(filesWith(/\bexport\s+(type\s+)?(\*|\{[^}]*\})\s*(as\s+\w+\s+)?from\s*'/)).toEqual([]);
  expect(code.map(({ file }) => file).filter((file) => file.endsWith('/index.ts'))).toEqual([]);
});

test('no folder is a drawer for odds and ends', () => {
  const odd = /(^|\/)(utils?|helpers?|common|misc|lib|shared)(\/|\.ts$)/;
  expect(code.map(({ file }) => file).filter((file) => odd.test(file))).toEqual([]);
});
