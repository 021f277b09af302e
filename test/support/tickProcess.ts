// A process that looks at the clock again and again, as the server does: node tickProcess.ts FOLDER DAY HH:MM TIMES
import path from 'node:path';
import { clockAt } from '../../src/clock.ts';
import { readConfig } from '../../src/config.ts';
import type { Day } from '../../src/domain/calendar.ts';
import { tick } from '../../src/jobs/daily.ts';
import { logTo } from '../../src/log.ts';
import { openDatabase } from '../../src/store/database.ts';

const [folder = '', day = '', time = '', times = '1'] = process.argv.slice(2);
process.env.TZ = 'UTC';
const db = await openDatabase(path.join(folder, 'dunwell.db'));
const config = readConfig({ DUNWELL_DATA_DIR: folder });
const log = logTo();
for (let n = 0; n < Number(times); n++)
  await tick({
    db,
    clock: clockAt(day as Day, time, 'Europe/Paris'),
    owner: String(process.pid),
    lockFile: config.lockFile,
    config,
    log,
    goOn: () => true,
  });
await db.destroy();
