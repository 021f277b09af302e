import path from 'node:path';
import { z } from 'zod';
import { Refusal } from './refusal.ts';

const schema = z.object({
  DUNWELL_DATA_DIR: z.string().min(1).default('data'),
  DUNWELL_PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  DUNWELL_HOST: z.string().min(1).default('127.0.0.1'),
  DUNWELL_BASE_URL: z.url().optional(),
  DUNWELL_SMTP_PASSWORD: z.string().optional(),
  DUNWELL_TIME_TRAVEL: z.enum(['0', '1']).default('0'),
});

/** What the environment says, read once at start. */
export interface Config {
  dataDir: string;
  databaseFile: string;
  lockFile: string;
  port: number;
  host: string;
  baseUrl: string;
  smtpPassword: string | null;
  timeTravel: boolean;
}

/** Throws a Refusal that names the first variable that cannot be used. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const parsed = schema.safeParse(env);
  if (!parsed.success) throw new Refusal('bad_environment', { variable: String(parsed.error.issues[0]?.path[0]) });
  const { data } = parsed;
  const dataDir = path.resolve(data.DUNWELL_DATA_DIR);
  return {
    dataDir,
    databaseFile: path.join(dataDir, 'dunwell.db'),
    lockFile: path.join(dataDir, 'sender.lock'),
    port: data.DUNWELL_PORT,
    host: data.DUNWELL_HOST,
    baseUrl: data.DUNWELL_BASE_URL ?? `http://localhost:${data.DUNWELL_PORT}`,
    smtpPassword: data.DUNWELL_SMTP_PASSWORD ?? null,
    timeTravel: data.DUNWELL_TIME_TRAVEL === '1',
  };
}
