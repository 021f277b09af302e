import { keepChoice } from '../../services/keepChoice.ts';
import { canUndo, undoBatch } from '../../services/undoBatch.ts';
import { batchById, invoicesOfBatch, queuedOf } from '../../store/batches.ts';
import { batchCounts, batchItems } from '../../store/batchList.ts';
import type { Toast } from '../toast.ts';
import type { Visit, Web } from '../visit.ts';
import { batchView } from './batchView.ts';

const PAGE = 100;
/** While it is being written only what went wrong is listed. */
const ODD = 20;

/** How far a bulk sending has come, and what became of each message. */
export async function progress(visit: Visit, web: Web): Promise<void> {
  const { db, clock } = web;
  const batch = await batchById(db, visit.id());
  if (!batch) return visit.notFound();
  const offset = Math.max(0, Math.trunc(Number(visit.field('from')) || 0));
  const working = batch.finishedAt === null;
  const rows = await batchItems(
    db,
    batch.id,
    working ? { offset: 0, limit: ODD, onlyOdd: true } : { offset, limit: PAGE + 1 },
  );
  const now = clock();
  const counts = await batchCounts(db, batch.id);
  const page = { rows: rows.slice(0, PAGE), next: rows.length > PAGE ? offset + PAGE : null, offset };
  const toPrint = batch.channel === 'letter' && !working ? await queuedOf(db, batch.id) : [];
  const model = batchView({ batch, counts, page, now, toPrint, undoable: canUndo(batch, now) }, visit);
  if (visit.partial && offset > 0) return visit.fragment('bulk/_items.njk', model);
  if (visit.partial) return visit.fragment('bulk/_batch.njk', model);
  return visit.page('bulk/batch.njk', model);
}

export async function undo(visit: Visit, { db, clock }: Web): Promise<void> {
  const { t, user } = visit;
  const undone = await undoBatch(db, visit.id(), { reason: t('bulk.undoReason'), clock, userId: user?.id ?? null });
  if (undone.kind === 'unknown') return visit.notFound();
  const toasts: Record<Exclude<typeof undone.kind, 'unknown'>, Toast> = {
    undone: { key: 'bulk.toastUndone' },
    already: { key: 'bulk.toastUndone' },
    too_late: { key: 'bulk.toastTooLate' },
  };
  return visit.redirect(`/sending/batches/${visit.id()}`, toasts[undone.kind]);
}

/** The same invoices once more, to choose anew: after a sending was taken back. */
export async function again(visit: Visit, { db, clock }: Web): Promise<void> {
  const batch = await batchById(db, visit.id());
  if (!batch) return visit.notFound();
  const { channel, templateId, completes, copyTo } = batch;
  const invoiceIds = await invoicesOfBatch(db, batch.id);
  const content = { channel, templateId, completes, copy: copyTo !== '', invoiceIds };
  const { id } = await keepChoice(db, content, { id: null, clock, userId: visit.user?.id ?? 0 });
  return visit.redirect(`/sending/bulk?choice=${id}`);
}
