import { type Clock, isoOf } from '../clock.ts';
import { type Day, isSendingDay } from '../domain/calendar.ts';
import { messagesOf, NEEDS_A_PERSON } from '../domain/decision.ts';
import type { Settings } from '../domain/settings.ts';
import { localMoment, type MinuteOfDay, type Timetable } from '../domain/timetable.ts';
import { messageIdOf } from '../mail/message.ts';
import { customersById } from '../store/customers.ts';
import type { Db } from '../store/database.ts';
import { addHistory, lastEntry } from '../store/history.ts';
import { insertNotice, noticedUsers, type NoticeKind, type NoticeReader, noticeReaders } from '../store/notices.ts';
import { outboxSizes } from '../store/outboxList.ts';
import { talliesOf, troublesOf, untriedOf } from '../store/runList.ts';
import { type Run, type RunProblem, runOf } from '../store/runs.ts';
import { installationSecret } from './installation.ts';
import { morningWords, type NoticeWords, problemWords, type RunTroubles } from './noticeWords.ts';
import { planDay, senderOf } from './runDay.ts';
import { weighRun } from './weighRun.ts';

/** What both notices are written with. `baseUrl` is where the owner's browser finds the product. */
export interface NoticeWork {
  settings: Settings;
  timetable: Timetable;
  clock: Clock;
  baseUrl: string;
}

/** The owners whose morning notice is due and not written: on a sending day, from their hour until that of the run. */
export async function morningReaders(db: Db, { settings, timetable, clock }: NoticeWork): Promise<NoticeReader[]> {
  const { day, minute } = localMoment(clock(), settings.timeZone);
  if (settings.mode === 'off' || minute >= timetable.hour || !isSendingDay(day, timetable.calendar)) return [];
  const due = (await noticeReaders(db)).filter(({ morningAt }) => morningAt !== null && minutesOf(morningAt) <= minute);
  return due.length ? without(db, due, 'morning', day) : [];
}

/** Writes the morning notices that are due: what the run of today would send, by the same decision that it makes. */
export async function writeMorningNotices(db: Db, work: NoticeWork): Promise<void> {
  const readers = await morningReaders(db, work);
  if (readers.length === 0) return;
  const { settings, clock, baseUrl } = work;
  const { day } = localMoment(clock(), settings.timeZone);
  const plan = await planDay(db, day);
  const messages = messagesOf(plan.decisions);
  const ids = [...new Set(messages.map(({ customerId }) => customerId))];
  const morning = {
    day,
    time: settings.sendAt,
    messages,
    names: await customersById(db, ids),
    held: await weighRun(db, plan, { now: clock() }),
    sizes: await outboxSizes(db),
    stuck: plan.decisions.filter(
      (one) =>
        one.kind === 'blocked' && one.reasons.some(({ code }) => code !== 'uncertain' && NEEDS_A_PERSON.has(code)),
    ).length,
    base: baseUrl.replace(/\/$/, ''),
  };
  await write(db, work, { kind: 'morning', day, readers }, (reader) => morningWords(morning, reader));
}

/**
 * Writes the notice about today's run, once all its messages had their turn and something went wrong: held by a brake, not
 * written, failed, uncertain, or a mail server that cannot be used. Without problems there is none (MW-16).
 */
export async function writeProblemNotices(db: Db, work: NoticeWork): Promise<void> {
  const { settings, timetable, clock, baseUrl } = work;
  const { day, minute } = localMoment(clock(), settings.timeZone);
  const run = await runOf(db, day);
  if (!run || run.state === 'open') return;
  const wanting = (await noticeReaders(db)).filter(({ problems }) => problems ?? settings.mail.host !== '');
  const readers = wanting.length ? await without(db, wanting, 'problems', day) : [];
  if (readers.length === 0) return;
  const found = await troublesOfRun(db, run, minute > timetable.latestHour);
  if (!found) return;
  const about = { ...found, run, base: baseUrl.replace(/\/$/, '') };
  await write(db, work, { kind: 'problems', day, readers }, (reader) => problemWords(about, reader));
}

/** What went wrong with a run; null when nothing did, or when more may be known soon: `over` says that the day is. */
async function troublesOfRun(db: Db, run: Run, over: boolean): Promise<Omit<RunTroubles, 'run' | 'base'> | null> {
  const stop = await lastEntry(db, STOPPED);
  const stopped = stop && stop.at >= run.started_at ? String(stop.data.reply) : null;
  if (stopped === null && !over && (await untriedOf(db, run.id)) > 0) return null;
  const problems = JSON.parse(run.problems) as RunProblem[];
  const troubles = await troublesOf(db, { runId: run.id, since: run.started_at });
  const tally = (await talliesOf(db, [run.id])).get(run.id);
  const waiting = run.held && run.held !== 'review' ? (tally?.person ?? 0) : 0;
  return stopped === null && problems.length + troubles.length + waiting === 0
    ? null
    : { problems, troubles, waiting, stopped };
}

const STOPPED = 'delivery_stopped';

/** Notes that the mail server could not be used, once an hour at the most. `reply` is what it, or the network, said. */
export async function noteStopped(db: Db, reply: string, clock: Clock): Promise<void> {
  const last = await lastEntry(db, STOPPED);
  if (last && clock() - Date.parse(last.at) < 3_600_000 && last.at <= isoOf(clock())) return;
  await addHistory(db, [{ at: isoOf(clock()), kind: STOPPED, data: { reply } }]);
}

async function without(db: Db, readers: NoticeReader[], kind: NoticeKind, day: Day): Promise<NoticeReader[]> {
  const noticed = new Set(await noticedUsers(db, kind, day));
  return readers.filter(({ id }) => !noticed.has(id));
}

async function write(
  db: Db,
  { settings, clock }: NoticeWork,
  { kind, day, readers }: { kind: NoticeKind; day: Day; readers: readonly NoticeReader[] },
  wordsFor: (reader: NoticeReader) => NoticeWords,
): Promise<void> {
  const secret = await installationSecret(db);
  for (const reader of readers)
    await insertNotice(db, {
      kind,
      day,
      user_id: reader.id,
      address: reader.email,
      ...wordsFor(reader),
      message_id: messageIdOf(secret, `notice|${kind}|${day}|${reader.id}`, senderOf(settings)),
      created_at: isoOf(clock()),
    });
}

const minutesOf = (time: string): MinuteOfDay => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
