import { Refusal } from '../refusal.ts';
import { checkInstallation } from '../services/checkInstallation.ts';
import type { Finding, Level } from '../services/finding.ts';
import type { Arguments } from './args.ts';
import type { Installation } from './installation.ts';
import { EXIT, type ExitCode, print, printJson } from './output.ts';

/** `check`: a line for each thing that was looked at, then what to do. Ends with 1 when something is a problem. */
export async function check({ db, config, clock }: Installation, args: Arguments): Promise<ExitCode> {
  const findings = await checkInstallation(db, { config, clock, names: { selector: selectorOf(args) } });
  const ok = findings.every((finding) => finding.ok);
  if (args.has('json')) printJson({ ok, findings });
  else for (const line of [...linesOf(findings), ...todosOf(findings)]) print(plain(line));
  return ok ? EXIT.done : EXIT.problems;
}

/** It becomes a part of a name that is looked up (RFC 6376 §3.1). */
function selectorOf(args: Arguments): string | null {
  const selector = args.text('dkim');
  if (selector !== null && !/^[a-z\d]([\w-]*[a-z\d])?(\.[a-z\d]([\w-]*[a-z\d])?)*$/i.test(selector))
    throw new Refusal('not_a_selector', { value: selector });
  return selector;
}

const LEVEL_WIDTH = Math.max(...(['ok', 'attention', 'problem'] satisfies Level[]).map((level) => level.length));

function linesOf(findings: readonly Finding[]): string[] {
  const width = Math.max(...findings.map(({ what }) => what.length));
  return findings.map(({ level, what, detail }) => `${level.padEnd(LEVEL_WIDTH)}  ${what.padEnd(width)}  ${detail}`);
}

/** The worst first; what several findings ask for is said once. */
function todosOf(findings: readonly Finding[]): string[] {
  const open = (['problem', 'attention'] satisfies Level[]).flatMap((level) =>
    findings.filter((finding) => finding.level === level),
  );
  if (open.length === 0) return [];
  const lines = [...Map.groupBy(open, ({ todo }) => todo)].map(
    ([todo, those]) => `- ${those.map(({ what }) => what).join(', ')}: ${todo}`,
  );
  return ['', 'What to do:', ...lines];
}

/** Records of the net and words of a mail server may hold anything, terminal codes included. */
const plain = (line: string): string => line.replace(/[\s\p{Cc}]/gu, ' ').trimEnd();
