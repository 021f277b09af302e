import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { syncFile } from './backupFile.ts';

const text = z.string();
const day = z.string().nullable();

/** One invoice that a message is about, with the step that it completes. */
const line = z.object({
  id: z.int(),
  number: text,
  outstanding: z.int(),
  step: z.object({ id: z.int(), name: text }).nullable(),
  refersOn: day,
  nominalOn: day,
  scheduledOn: day,
  dueOn: day,
});

/** A message whose last byte before the final dot has left: enough to tell a person, and to record it anew. */
const handed = z.object({
  v: z.literal(1),
  event: z.literal('handed'),
  /** The epoch of the installation; see decision 0019. */
  epoch: z.int(),
  at: text,
  /** The company's day then. */
  day: text,
  messageId: text,
  key: text,
  /** Which attempt at this message it is, from 1. */
  attempt: z.int(),
  origin: z.enum(['run', 'manual']),
  customer: z.object({ code: text, name: text }),
  plan: z.object({ id: z.int(), name: text }).nullable(),
  stepId: z.int().nullable(),
  occurrenceOn: day,
  currency: text,
  total: z.int(),
  language: text,
  subject: text,
  lines: z.array(line),
});

/** What is known of how it ended. */
const ended = z.object({
  v: z.literal(1),
  event: z.literal('ended'),
  epoch: z.int(),
  at: text,
  messageId: text,
  outcome: z.enum(['accepted', 'refused', 'unavailable', 'unknown']),
});

const entry = z.discriminatedUnion('event', [handed, ended]);

export type HandedLine = z.infer<typeof handed>;
export type EndedLine = z.infer<typeof ended>;

/** A message of the journal with how its last attempt ended; null where nobody knows. */
export interface JournalMessage extends HandedLine {
  outcome: EndedLine['outcome'] | null;
  /** False only when the server refused each attempt, or was never told the end of one. */
  mayHaveLeft: boolean;
}

export interface Journal {
  messages: JournalMessage[];
  /** Lines that cannot be read; half a line at the end, which a killed process leaves, is none of them. */
  unreadable: number;
}

export const journalFile = (dataDir: string): string => path.join(dataDir, 'sent.jsonl');

/** Makes an empty journal, unless there is one. */
export function makeJournal(dataDir: string): void {
  const file = journalFile(dataDir);
  if (existsSync(file)) return;
  writeFileSync(file, '', { flag: 'a', mode: 0o600 });
  syncFile(dataDir);
}

/**
 * Adds a line. What was `handed` is on the disk when this returns; how it `ended` may follow later, because a message
 * without an end counts as one that may have left.
 */
export async function appendJournal(dataDir: string, added: HandedLine | EndedLine): Promise<void> {
  const handle = await open(journalFile(dataDir), 'a+', 0o600);
  try {
    await handle.appendFile(`${(await endsInLine(handle)) ? '' : '\n'}${JSON.stringify(added)}\n`);
    if (added.event === 'handed') await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** False where a killed process left half a line: the next one must not be glued to it. */
async function endsInLine(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return true;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString() === '\n';
}

/** The whole journal; null when there is none that can be read. */
export function readJournal(dataDir: string): Journal | null {
  try {
    return parse(readFileSync(journalFile(dataDir), 'utf8'));
  } catch {
    return null;
  }
}

/** The last messages of the journal, however long it is. */
export function readJournalTail(dataDir: string, bytes = 256 * 1024): JournalMessage[] {
  const file = journalFile(dataDir);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return [];
  const handle = openSync(file, 'r');
  try {
    const { size } = fstatSync(handle);
    const from = Math.max(0, size - bytes);
    const buffer = Buffer.alloc(size - from);
    readSync(handle, buffer, 0, buffer.length, from);
    const tail = buffer.toString('utf8');
    // It begins in the middle of a line, which says nothing.
    return parse(from === 0 ? tail : tail.slice(tail.indexOf('\n') + 1)).messages;
  } finally {
    closeSync(handle);
  }
}

function parse(content: string): Journal {
  const messages = new Map<string, JournalMessage>();
  const earlier = new Map<string, boolean>();
  let unreadable = 0;
  for (const row of content.slice(0, content.lastIndexOf('\n') + 1).split('\n')) {
    if (row === '') continue;
    const parsed = entry.safeParse(jsonOf(row));
    if (!parsed.success) {
      unreadable += 1;
      continue;
    }
    const { data } = parsed;
    if (data.event === 'handed') {
      earlier.set(data.messageId, messages.get(data.messageId)?.mayHaveLeft ?? false);
      // The newest last, where a message left more than once.
      messages.delete(data.messageId);
      messages.set(data.messageId, { ...data, outcome: null, mayHaveLeft: true });
      continue;
    }
    const message = messages.get(data.messageId);
    if (!message) continue;
    message.outcome = data.outcome;
    message.mayHaveLeft = (earlier.get(data.messageId) ?? false) || !NOT_LEFT.includes(data.outcome);
  }
  return { messages: [...messages.values()], unreadable };
}

const NOT_LEFT: readonly string[] = ['refused', 'unavailable'];

function jsonOf(row: string): unknown {
  try {
    return JSON.parse(row);
  } catch {
    return null;
  }
}
