// The files for self-hosting, used as somebody would use them: npm run test:container [-- proxies | service | dockerfile]. Needs root
// and the network; says so where something is missing, with exit code 2. Takes about five minutes the first time.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { whyNot } from './debian.ts';
import { PROGRAMS as forImage, tryImage } from './tryImage.ts';
import { PROGRAMS as forProxies, tryProxies } from './tryProxies.ts';
import { PROGRAMS as forService, tryService } from './tryService.ts';

const drills = {
  proxies: { programs: forProxies, run: tryProxies },
  service: { programs: forService, run: tryService },
  dockerfile: { programs: forImage, run: tryImage },
};
const asked = process.argv[2];
const tell = (line: string): void => void process.stderr.write(`container: ${line}\n`);

for (const [name, { programs, run }] of Object.entries(drills)) {
  if (asked !== undefined && asked !== name) continue;
  const obstacle = whyNot(programs);
  if (obstacle !== null) {
    tell(`${name}: not possible here: ${obstacle}`);
    process.exitCode ||= 2;
    continue;
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'dunwell-container-'));
  try {
    await run(folder, tell);
    tell(`${name}: all as promised`);
  } catch (error) {
    tell(`${name}: ${(error as Error).message}`);
    process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
