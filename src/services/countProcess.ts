import { connect } from '../store/database.ts';
import { type CountJob, countRun, type RunCount } from './countNextRun.ts';

// The main file of a process of its own; see countNextRun.ts. It ends with the process that started it.
process.env.TZ = 'UTC';
process.on('message', (job: CountJob) => void answer(job));
process.on('disconnect', () => process.exit());
process.send?.('ready');

async function answer({ file, day }: CountJob): Promise<void> {
  const db = connect(file);
  const count = await countRun(db, day).finally(() => db.destroy());
  process.send?.(count satisfies RunCount);
}
