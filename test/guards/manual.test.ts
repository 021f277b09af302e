import { readArguments } from '../../src/cli/args.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { PAGES, usageOf } from '../../src/cli/manual/layout.ts';
import { EXAMPLES } from '../../src/cli/manual/manual.ts';
import { DATA_FOLDER, ENVIRONMENT } from '../../src/cli/manual/surroundings.ts';
import { readConfig } from '../../src/config.ts';
import { FOLDER_VARIABLES } from '../../src/dataDir.ts';
import { manualPage } from '../../tools/manualPage.ts';
import { productCode, readText, type Source, sourcesIn } from './sources.ts';

const VARIABLE = /\bDUNWELL_[A-Z_]+\b/g;
/** Only the fault suite sets these, and they harm: no owner should read of them here. */
const FOR_FAULTS = 'src/faultPoints.ts';

const variables = ENVIRONMENT.map(({ name }) => name);

/** What people read or copy; docs/cli.md is the manual itself. */
const pages: Source[] = [
  ...['README.md', 'CONTRIBUTING.md', 'Dockerfile'].map((file) => ({ file, text: readText(file) })),
  ...[...sourcesIn('docs', '.md'), ...sourcesIn('docs/self-hosting', '')].filter(({ file }) => file !== 'docs/cli.md'),
];

test('docs/cli.md is what the manual says (npm run docs writes it)', () => {
  expect(readText('docs/cli.md')).toBe(manualPage());
});

test('every command is in the manual once, and the manual names no other', () => {
  expect(PAGES.map(({ name }) => name).toSorted()).toEqual(Object.keys(COMMANDS).toSorted());
});

describe.each(PAGES)('the manual of $name', (page) => {
  const { options, words = 0 } = COMMANDS[page.name] ?? { options: {} };

  test('has the options that the command knows, with an argument where one has to follow', () => {
    const told = page.options.map(({ name, argument }) => [name, argument === undefined ? 'boolean' : 'string']);
    expect(Object.fromEntries(told)).toEqual(
      Object.fromEntries(Object.entries(options ?? {}).map(([name, { type }]) => [name, type])),
    );
  });

  test('shows as many words after the command as it takes', () => {
    const most = page.forms.map((form) => (form.includes('...') ? Infinity : form.split(' ').filter(Boolean).length));
    expect(Math.max(...most)).toBe(words);
  });

  test('shows each option in a usage line', () => {
    const usage = usageOf(page).join(' ');
    expect(page.options.filter(({ name }) => !usage.includes(`[--${name}`))).toEqual([]);
  });
});

test('every variable that the code reads is in the manual, and the manual names no other', () => {
  const read = productCode()
    .filter(({ file }) => file !== FOR_FAULTS && !file.startsWith('src/cli/manual/'))
    .flatMap(({ text }) => text.match(VARIABLE) ?? []);
  expect([...new Set(read)].toSorted()).toEqual(variables.toSorted());
});

test('the manual says where the data are, by every variable that decides it', () => {
  // The home folder is written ~, and on Windows %LOCALAPPDATA% is always set.
  const named = FOLDER_VARIABLES.filter((name) => !['HOME', 'USERPROFILE', 'DUNWELL_NATIVE_DIR'].includes(name));
  expect(named.filter((name) => !DATA_FOLDER.includes(name))).toEqual([]);
});

test.each(ENVIRONMENT.filter(({ standard }) => standard !== undefined))(
  'the standard of $name, $standard, is what holds without it',
  ({ name, standard }) => {
    expect(readConfig({ HOME: '/home/anna', [name]: standard })).toEqual(readConfig({ HOME: '/home/anna' }));
  },
);

test('pages name no variable that there is not', () => {
  const unknown = pages
    .filter(({ file }) => file !== 'docs/faults.md')
    .flatMap(({ file, text }) => (text.match(VARIABLE) ?? []).map((name) => ({ file, name })))
    .filter(({ name }) => !variables.includes(name));
  expect(unknown).toEqual([]);
});

describe('a command line that people are told to type', () => {
  const told = [
    ...[...PAGES.flatMap(({ examples }) => examples), ...EXAMPLES].map(({ line }) => ({ where: 'manual', line })),
    ...[...pages, ...sourcesIn('locales', '.json')].flatMap(({ file, text }) =>
      linesIn(text).map((line) => ({ where: file, line })),
    ),
  ];

  test.each(told)('is one that is understood: $line ($where)', ({ line }) => {
    const { name, args, set } = parse(line);
    expect(set.filter((one) => !variables.includes(one))).toEqual([]);
    expect(Object.keys(COMMANDS)).toContain(name);
    if (!args.includes('--help'))
      readArguments(args, { ...COMMANDS[name], options: COMMANDS[name]?.options ?? {}, name });
  });

  test('is looked for where there are some', () => {
    expect(told.filter(({ where }) => where === 'docs/backup.md').length).toBeGreaterThan(2);
    expect(told.filter(({ where }) => where.startsWith('locales/')).length).toBeGreaterThan(2);
    expect(told.filter(({ where }) => where === 'README.md').length).toBeGreaterThan(2);
  });
});

/** Lines of code, and code in a sentence, that call the program: by its name, by its path, or from the sources. */
function linesIn(text: string): string[] {
  const pieces = text
    .split('\n')
    .flatMap((line) => [line.trim(), ...(line.match(/(?<=[`“"])[^`“”"]+(?=[`”"])/g) ?? [])]);
  const called = /^(?:[A-Z_]+=\S+ |ExecStart=)*(?:npm run -s dunwell -- |(?:\/[\w./-]+\/)?dunwell )(?=[a-z-])/;
  return pieces.filter((piece) => called.test(piece));
}

/** The command, its arguments and the variables set before it; what the shell does with them afterwards is not ours. */
function parse(line: string): { name: string; args: string[]; set: string[] } {
  const own = line.split(/ #| [|<>&]|;| \\$/)[0] ?? '';
  const words = own.replace('npm run -s dunwell --', 'dunwell').trim().split(/\s+/);
  const start = words.findIndex((word) => /(^|\/)dunwell$/.test(word));
  const set = words.slice(0, start).map((word) => word.split('=')[0] ?? '');
  const [first = 'serve', ...args] = words.slice(start + 1);
  const name = { '--help': 'help', '--version': 'version' }[first] ?? first;
  return { name, args, set };
}
