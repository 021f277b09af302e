import { type Clock, isoOf } from '../clock.ts';
import { isAddress } from '../domain/address.ts';
import type { Settings } from '../domain/settings.ts';
import { mimeOf } from '../mail/message.ts';
import type { Receipt, Transport } from '../mail/transport.ts';
import { type Db, patiently } from '../store/database.ts';
import { moveNotice, nextNotice, type Notice, type NoticeState, recoverNotices } from '../store/notices.ts';
import { senderOf } from './runDay.ts';

/** A notice is tried so often, and no more: at once, and after these minutes. */
const AGAIN_AFTER = [15, 60, 240];

/**
 * Sends the notices to owners whose turn it is, each once: what the server may have accepted is never sent again, and what
 * it refused is tried a few times and then left. Needs the sender's lock.
 */
export async function deliverNotices(
  db: Db,
  { settings, transport, clock, goOn }: { settings: Settings; transport: Transport; clock: Clock; goOn: () => boolean },
): Promise<void> {
  await recoverNotices(db, isoOf(clock()));
  let after = 0;
  try {
    while (goOn()) {
      const notice = await nextNotice(db, isoOf(clock()), after);
      if (!notice) return;
      after = notice.id;
      await deliverOne(db, notice, { settings, transport, clock });
    }
  } finally {
    transport.close();
  }
}

interface Way {
  settings: Settings;
  transport: Transport;
  clock: Clock;
}

async function deliverOne(db: Db, notice: Notice, { settings, transport, clock }: Way): Promise<void> {
  const attempts = notice.attempts + 1;
  if (!(await moveNotice(db, notice.id, 'queued', { state: 'sending', attempts }))) return;
  const receipt = await attempt(db, notice, { settings, transport, clock }).catch(
    (error: Error): Receipt => ({ kind: 'refused', reply: error.message, permanent: true, recipients: [] }),
  );
  const state = stateAfter(receipt, attempts);
  const again = state === 'queued' ? isoOf(clock() + (AGAIN_AFTER[attempts - 1] ?? 0) * 60_000) : null;
  const from: NoticeState = receipt.kind === 'accepted' || receipt.kind === 'unknown' ? 'handover' : 'sending';
  const changes = {
    state,
    transport: transport.kind,
    server_reply: receipt.reply,
    next_attempt_at: again,
    settled_at: again ? null : isoOf(clock()),
  };
  // A refusal may come before or after the dot.
  await patiently(async () => {
    if (!(await moveNotice(db, notice.id, from, changes))) await moveNotice(db, notice.id, 'handover', changes);
  });
}

async function attempt(db: Db, notice: Notice, { settings, transport }: Way): Promise<Receipt> {
  const from = senderOf(settings);
  const to = settings.mail.testAddress || notice.address;
  for (const address of [from, to]) if (!isAddress(address)) throw new RangeError('not a plain address');
  const raw = await mimeOf({
    messageId: notice.message_id,
    date: Date.parse(notice.created_at),
    from: { name: 'Dunwell', address: from },
    replyTo: null,
    to: [{ name: '', address: notice.address }],
    cc: [],
    subject: notice.subject,
    html: '',
    text: notice.text,
    inReplyTo: '',
    references: '',
    automatic: true,
    attachments: [],
    paymentCode: '',
  });
  return transport.deliver({ envelope: { from, to: [to] }, raw }, async () => {
    if (!(await patiently(() => moveNotice(db, notice.id, 'sending', { state: 'handover' }))))
      throw new Error('the claim was lost');
  });
}

function stateAfter(receipt: Receipt, attempts: number): NoticeState {
  if (receipt.kind === 'accepted') return receipt.recipients.every(({ accepted }) => accepted) ? 'sent' : 'failed';
  if (receipt.kind === 'unknown') return 'uncertain';
  if (receipt.kind === 'refused' && receipt.permanent) return 'failed';
  return attempts <= AGAIN_AFTER.length ? 'queued' : 'failed';
}
