import { productCode, readText } from './sources.ts';

const code = productCode();

/** The text of each call that writes to the log, from its first argument on. */
const CALL = /(?:\blog(?:\?)?\.(?:info|warn|error)|\blog\[[^\]]+\]|\.failure|\bfailed)\(\s*(?:job, \w+, )?'([a-z_]+)'/g;
const OBSTACLE = /^ {2}\w+: \['([a-z_]+)', '/gm;

interface Call {
  file: string;
  event: string;
  text: string;
}

const calls: Call[] = code.flatMap(({ file, text }) =>
  [...text.matchAll(CALL), ...(file === 'src/jobs/saying.ts' ? text.matchAll(OBSTACLE) : [])].map((found) => ({
    file,
    event: found[1] ?? '',
    text: text.slice(found.index, endOfCall(text, found.index)),
  })),
);

function endOfCall(text: string, from: number): number {
  let depth = 0;
  for (let at = text.indexOf('(', from); at < text.length; at++) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')' && --depth === 0) return at + 1;
  }
  return text.length;
}

test('self-hosting.md names every event of the log, and no other', () => {
  const rows = [
    ...readText('docs/self-hosting.md').matchAll(/^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \| (?:info|warn|error)/gm),
  ];
  const named = rows.flatMap(([, names = '']) => [...names.matchAll(/[a-z_]+/g)].map(([name]) => name));
  expect(named.length).toBeGreaterThan(20);
  expect(named.toSorted()).toEqual([...new Set(calls.map(({ event }) => event))].toSorted());
});

test('no call hands the log what belongs to a person', () => {
  const personal =
    /\b(name|email|address|addresses|subject|phone|iban|note|recipients|customer|html|text|originalUrl)\b(?!')/;
  const against = calls.filter(({ text }) => personal.test(text.replace(/'[^']*'/g, "''")));
  expect(against.map(({ file, event }) => `${file}: ${event}`)).toEqual([]);
});

test('only the command line and the log write to the standard error', () => {
  const may = ['src/cli/output.ts', 'src/cli/onlyLog.ts', 'src/main.ts'];
  const writes = code
    .filter(({ text }) => /process\.stderr|console\.|\bwriteSync\(2\b/.test(text))
    .map(({ file }) => file);
  expect(writes.filter((file) => !may.includes(file))).toEqual([]);
});
