import { randomUUID } from 'node:crypto';
import { type Clock, isoOf } from '../clock.ts';
import { translator } from '../i18n/translate.ts';
import { isAddress } from '../domain/address.ts';
import { mimeOf } from '../mail/message.ts';
import type { FieldProblem } from '../mail/renderTemplate.ts';
import type { Db } from '../store/database.ts';
import { getBlob } from '../store/documents.ts';
import { addHistory } from '../store/history.ts';
import { type PreviewInput, previewTemplate } from './previewTemplate.ts';
import { senderOf } from './runDay.ts';
import { type PasswordHome, readSmtpPassword } from './smtpPassword.ts';
import { transportFor } from './transportFor.ts';

/** The signed-in user: the only person a test can go to. */
export interface Tester {
  id: number;
  name: string;
  email: string;
  /** The language of the screens, for the word "test" before the subject. */
  language: string;
}

export type TestMail =
  | { ok: true; transport: 'smtp' | 'letterbox'; raw: Buffer }
  | { ok: false; reason: 'broken'; problems: readonly FieldProblem[] }
  | { ok: false; reason: 'bad_address' | 'too_many' }
  | { ok: false; reason: 'not_accepted'; reply: string };

const WINDOW = 10 * 60_000;
const MOST = 5;
const sentAt = new Map<number, number[]>();

/**
 * Sends what the preview shows to the user's own address, with the attachments it would have, and to nobody else: no form
 * can name a recipient (RELIABILITY S14). Without a mail account nothing leaves; the bytes come back to be looked at.
 */
export async function sendTestMail(
  db: Db,
  input: PreviewInput,
  { user, clock, config }: { user: Tester; clock: Clock; config: PasswordHome },
): Promise<TestMail> {
  const { settings } = input;
  const from = senderOf(settings);
  if (!isAddress(user.email) || !isAddress(from)) return { ok: false, reason: 'bad_address' };
  if (!mayGo(user.id, clock())) return { ok: false, reason: 'too_many' };
  const preview = await previewTemplate(db, input);
  if (!preview.ok) return { ok: false, reason: 'broken', problems: preview.problems };
  const { mail, documents } = preview;
  const raw = await mimeOf({
    ...mail,
    messageId: `<test-${randomUUID()}@${from.split('@')[1] ?? 'localhost'}>`,
    date: clock(),
    subject: translator(user.language)('templates.testSubject', { subject: mail.subject }),
    from: { name: settings.mail.fromName || settings.company.name, address: from },
    replyTo: null,
    to: [{ name: user.name, address: user.email }],
    cc: [],
    inReplyTo: '',
    references: '',
    automatic: false,
    attachments: await Promise.all(
      documents.map(async ({ name, mediaType, sha256 }) => ({ name, mediaType, content: await getBlob(db, sha256) })),
    ),
  });
  const transport = transportFor(settings, settings.mail.host ? await readSmtpPassword(db, config) : null);
  const receipt = await transport
    .deliver({ envelope: { from, to: [user.email] }, raw }, () => Promise.resolve())
    .finally(() => transport.close());
  if (receipt.kind !== 'accepted') return { ok: false, reason: 'not_accepted', reply: receipt.reply };
  const data = { template: input.template.name, language: input.words.language };
  await addHistory(db, [{ at: isoOf(clock()), kind: 'template_tested', userId: user.id, data }]);
  return { ok: true, transport: transport.kind, raw };
}

/** A few tests in ten minutes are plenty for one person. */
function mayGo(userId: number, now: number): boolean {
  const recent = (sentAt.get(userId) ?? []).filter((at) => now - at < WINDOW);
  if (recent.length >= MOST) return false;
  sentAt.set(userId, [...recent, now]);
  return true;
}
