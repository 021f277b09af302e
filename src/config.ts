import path from 'node:path';
import { z } from 'zod';
import { standardDataDir } from './dataDir.ts';
import { Refusal } from './refusal.ts';
import { IS_BINARY } from './resources.ts';

const schema = z.object({
  DUNWELL_DATA_DIR: z.string().min(1).optional(),
  /** Where the single binary unpacks its SQLite library, when not into the data folder. */
  DUNWELL_NATIVE_DIR: z.string().min(1).optional(),
  DUNWELL_PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  DUNWELL_HOST: z.string().min(1).default('127.0.0.1'),
  DUNWELL_BASE_URL: z.url().optional(),
  DUNWELL_SMTP_PASSWORD: z.string().optional(),
  /** One key of 32 bytes in base64url, or several, the newest first. */
  DUNWELL_SECRET_KEY: z
    .string()
    .regex(/^[\w-]{43}=?([\s,]+[\w-]{43}=?)*$/)
    .optional(),
  /** How many proxies of one's own stand in front; their X-Forwarded-… is believed. */
  DUNWELL_TRUST_PROXY: z.coerce.number().int().min(0).max(5).default(0),
  /** From which level on the log of `serve` has lines. */
  DUNWELL_LOG_LEVEL: z.enum(['info', 'warn', 'error']).default('info'),
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
  secretKey: string | null;
  trustProxy: number;
  logLevel: 'info' | 'warn' | 'error';
  timeTravel: boolean;
}

/** Throws a Refusal that names the first variable that cannot be used. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const parsed = schema.safeParse(env);
  if (!parsed.success) throw new Refusal('bad_environment', { variable: String(parsed.error.issues[0]?.path[0]) });
  const { data } = parsed;
  const folder = data.DUNWELL_DATA_DIR ?? standardDataDir(env, { binary: IS_BINARY, platform: process.platform });
  if (folder === null) throw new Refusal('no_data_dir');
  const dataDir = path.resolve(folder);
  return {
    dataDir,
    databaseFile: path.join(dataDir, 'dunwell.db'),
    lockFile: path.join(dataDir, 'sender.lock'),
    port: data.DUNWELL_PORT,
    host: data.DUNWELL_HOST,
    baseUrl: data.DUNWELL_BASE_URL ?? `http://localhost:${data.DUNWELL_PORT}`,
    smtpPassword: data.DUNWELL_SMTP_PASSWORD ?? null,
    secretKey: data.DUNWELL_SECRET_KEY ?? null,
    trustProxy: data.DUNWELL_TRUST_PROXY,
    logLevel: data.DUNWELL_LOG_LEVEL,
    timeTravel: data.DUNWELL_TIME_TRAVEL === '1',
  };
}
