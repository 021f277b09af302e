import { z } from 'zod';
import { endHold, HOLD_CHOICES, type HoldEnd, messagesNotKnown } from '../../services/endHold.ts';
import { readHeld } from '../../store/held.ts';
import { readJournal } from '../../store/journal.ts';
import { readForm } from '../form.ts';
import type { Toast } from '../toast.ts';
import type { Route, Visit, Web } from '../visit.ts';
import { heldView } from './view.ts';

/** Why nothing leaves after a restore, and the decision how to go on. */
export const heldRoutes: readonly Route[] = [
  { method: 'get', path: '/held', allow: 'colleague', run: show },
  { method: 'post', path: '/held/decision', allow: 'owner', run: decide },
];

const decisionForm = z.object({ choice: z.enum(HOLD_CHOICES, 'form.required'), since: z.string().max(40) });

async function show(visit: Visit, { db, config }: Web): Promise<void> {
  const held = await readHeld(db);
  const { t } = visit;
  if (!held) return visit.page('layouts/message.njk', { title: t('held.nothing'), text: t('held.nothingText') });
  const messages = await messagesNotKnown(db, config);
  return visit.page('held/index.njk', heldView(held, messages, readJournal(config.dataDir) !== null, visit));
}

async function decide(visit: Visit, { db, config, clock }: Web): Promise<void> {
  const form = readForm(visit, decisionForm);
  if (!form.ok) return visit.redirect('/held');
  const { choice, since } = form.value;
  const end = await endHold(db, { choice, since, config, clock, userId: visit.user?.id ?? null });
  return visit.redirect(end.kind === 'ended' ? '/outbox' : '/held', toastOf(end));
}

function toastOf(end: HoldEnd): Toast {
  if (end.kind === 'gone') return { key: 'held.gone' };
  if (end.kind === 'kept') return { key: 'held.kept' };
  const { recorded, notFound } = end;
  if (notFound > 0) return { key: 'held.partly', params: { count: recorded, total: recorded + notFound } };
  return recorded > 0 ? { key: 'held.recorded', params: { count: recorded } } : { key: 'held.ended' };
}
