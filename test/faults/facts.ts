// F28–F35: poisoned records, and what changes between the decision and the delivery.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { clockAt } from '../../src/clock.ts';
import type { ArchiveInput } from '../../src/domain/archive.ts';
import { addDays, type Day } from '../../src/domain/calendar.ts';
import { smtpTransport } from '../../src/mail/smtp.ts';
import { importArchive } from '../../src/services/archives.ts';
import { deliverOutbox, type Delivery } from '../../src/services/deliverOutbox.ts';
import { runDay } from '../../src/services/runDay.ts';
import { type Db, openDatabase } from '../../src/store/database.ts';
import {
  build,
  compare,
  DAY,
  debtors,
  DELIVER,
  demolish,
  discard,
  firmOf,
  ROOT,
  rows,
  run,
  temporary,
  write,
} from './house.ts';
import type { Interleaved } from './interleave.ts';
import { inTown } from './processes.ts';
import { type FaultServer, startFaultServer } from './server.ts';
import { type Line, line } from './table.ts';

/** F28: three poisoned records among many: those fail, the rest is sent. */
export async function poison(size: number): Promise<Line> {
  const into = line('F28', `3 poisoned records among ${size}`, { tries: size });
  const archive = firmOf([...debtors(size - 1), 'x@customer.example'], {});
  const withFile = archive.invoices?.map((one, n) =>
    n === 1 ? { ...one, documents: [{ name: 'a.pdf', content: Buffer.from('%PDF-1.7').toString('base64') }] } : one,
  );
  const firmWithFile = { ...archive, invoices: withFile } as ArchiveInput;
  await inTown(
    size,
    async ({ server, plan }) => {
      await server.set([{ at: 'rcpt', to: 'x', say: '550 5.1.1 nobody' }]);
      const house = build(plan, { port: server.port });
      await run(
        house,
        DELIVER.filter((word) => word !== '--deliver'),
      );
      write(house.file, (db) => {
        db.pragma('foreign_keys = OFF');
        db.exec('DELETE FROM blobs');
        db.exec(`UPDATE reminder_recipients SET address = 'a@b.example, c@d.example' WHERE reminder_id = 3`);
        db.exec(`UPDATE contacts SET email = 'a@b.example, c@d.example' WHERE customer_id = 3`);
      });
      const { code } = await run(house, DELIVER);
      const count = compare(house, server.accepted(), size);
      Object.assign(into, { lost: count.lost, doubled: count.doubled, uncertain: count.uncertain });
      into.notes.push(...count.problems);
      if (server.accepted().length !== size - 3) into.notes.push(`${server.accepted().length} left`);
      if (code !== 1) into.notes.push(`it ended with ${code}`);
      const ends = rows(house).filter(({ state }) => state !== 'sent');
      if (ends.length !== 3 || ends.some(({ reason }) => !reason)) into.notes.push(`${ends.length} did not leave`);
      demolish(house);
    },
    firmWithFile,
  );
  return into;
}

/** A firm in this process, whose messages go to a real server. */
interface Desk {
  db: Db;
  decide(day?: Day): Promise<number>;
  deliver(day?: Day): Promise<Delivery>;
  reasons(): Promise<string[]>;
}

/** A mail server for the time of some work at desks, one after the other. */
async function withServer(work: (server: FaultServer) => Promise<void>): Promise<void> {
  const folder = temporary();
  const server = await startFaultServer(folder);
  try {
    await work(server);
  } finally {
    await server.stop();
    discard(folder);
  }
}

async function atDesk(server: FaultServer, archive: ArchiveInput, work: (desk: Desk) => Promise<void>): Promise<void> {
  await server.reset();
  const db = await openDatabase(':memory:');
  await importArchive(db, archive, { file: 'archive.json', clock: clockAt('2026-01-05', '12:00', 'Europe/Paris') });
  const clock = (day: Day) => clockAt(day, '13:30', 'Europe/Paris');
  const account = { host: '127.0.0.1', port: server.port, security: 'none' as const, user: '', password: null };
  await work({
    db,
    decide: async (day = DAY) => (await runDay(db, { day, clock: clock(day), owner: 'faults' })).queued,
    deliver: (day = DAY) =>
      deliverOutbox(db, { clock: clock(day), owner: 'faults', transport: smtpTransport(account) }),
    reasons: () => db('reminders').orderBy('id').pluck('reason'),
  });
  await db.destroy();
}

const BROKEN = ['{{nothing.such}}', '{{#if}}', '{{customer.nothing}}', '{{customer.name', '{{#each invoices}}x'];

/** F29: a template that cannot be filled in: nothing leaves with a hole in it. */
export async function brokenTemplates(): Promise<Line> {
  const into = line('F29', 'templates that cannot be filled in, before and after the decision', { tries: 0 });
  await withServer(async (server) => {
    for (const body of BROKEN)
      for (const early of [true, false]) {
        await atDesk(server, firmOf(debtors(2)), async ({ db, decide, deliver }) => {
          if (!early) await decide();
          await db('template_versions').update({ body });
          if (early && (await decide()) > 0) into.notes.push(`${body} was queued`);
          const { sent } = await deliver();
          const { bodies } = await server.seen();
          if (sent || bodies) into.notes.push(`${body} left`);
          const problems = (await db('runs').first()).problems as string;
          const failed = await db('reminders').where({ state: 'failed' });
          if (early ? !problems.includes('template_broken') : failed.length !== 2)
            into.notes.push(`${body} is not named`);
          into.tries += 1;
        });
      }
  });
  return into;
}

const AT = '2026-02-09T12:05:00.000Z';
const RETIRED = `UPDATE steps SET retired = 1 WHERE position = 0`;

/** What is done to the plan between the decision and the delivery, and what becomes of the reminder. */
const BETWEEN: [string, string, string][] = [
  ['the plan paused', `INSERT INTO pauses (plan_id, reason, begun_at) VALUES (1, 'x', '${AT}')`, 'plan_paused'],
  ['the plan archived', `UPDATE plans SET archived_at = '${AT}'`, 'no_plan'],
  ['the step taken out', RETIRED, 'step_retired'],
  ['the step a letter now', `UPDATE steps SET action = 'letter' WHERE position = 0`, 'superseded'],
  ['the step put off', `UPDATE steps SET trigger_days = 12 WHERE position = 0`, 'step_date'],
  [
    'the step skipped',
    `INSERT INTO completions (invoice_id, step_id, kind, completed_on) SELECT 1, min(id), 'skipped', '${DAY}' FROM steps`,
    'superseded',
  ],
  ['the customer taken off', `UPDATE enrolments SET ended_at = '${AT}'`, 'no_plan'],
  ['the due date moved', `UPDATE invoices SET due_on = '2026-02-20'`, 'step_date'],
  ['the invoice a draft', `UPDATE invoices SET state = 'draft'`, 'not_issued'],
  ['the contact unsubscribed', `UPDATE contacts SET receives = 'none'`, 'no_recipient'],
];

/** F30, F31, F33: the plan, the invoice and the customer change between the decision and the delivery. */
export async function edited(): Promise<Line> {
  const into = line('F30, F31', 'plan, step, due date or contact changed after the decision', { tries: 0 });
  await withServer(async (server) => {
    for (const [what, sql, reason] of BETWEEN)
      await atDesk(server, firmOf(debtors(1)), async ({ db, decide, deliver, reasons }) => {
        await decide();
        await db.raw(sql);
        const { sent } = await deliver();
        if (sent || server.accepted().length) into.notes.push(`${what}: it left`);
        const [found] = await reasons();
        if (found !== reason) into.notes.push(`${what}: ${found}`);
        into.tries += 1;
      });
    await atDesk(server, firmOf(debtors(1)), async ({ db, decide, deliver }) => {
      await decide();
      await db('template_versions').update({ subject: 'Other words' });
      await deliver();
      const [sent] = await db('reminders');
      if (sent.subject !== 'Other words' || server.accepted().length !== 1)
        into.notes.push('the text is not that of the claim');
      into.tries += 1;
    });
  });
  return into;
}

/** F34, F35: the same data again, and a step in the past: nothing is sent again, and nothing is made up for. */
export async function importedAgain(): Promise<Line> {
  const into = line('F34, F35', 'the same data imported again; a step added whose day is past', { tries: 2 });
  const archive = firmOf(debtors(3));
  await withServer((server) =>
    atDesk(server, archive, async ({ db, decide, deliver }) => {
      await decide();
      await deliver();
      const import_ = (what: ArchiveInput): Promise<void> =>
        importArchive(db, what, { file: 'archive.json', clock: clockAt(DAY, '14:00', 'Europe/Paris') });
      await import_(archive);
      const next = addDays(DAY, 1);
      if ((await decide(next)) !== 0) into.notes.push('imported again: something is due again');
      await import_({ ...archive, plans: earlierStep(archive) } as ArchiveInput);
      const after = addDays(DAY, 2);
      if ((await decide(after)) !== 0) into.notes.push('the step in the past is made up for');
      await deliver(after);
      if (server.accepted().length !== 3) into.notes.push(`${server.accepted().length} messages left`);
    }),
  );
  return into;
}

const earlierStep = ({ plans = [] }: ArchiveInput): unknown =>
  plans.map((plan) =>
    plan.kind === 'escalation'
      ? { ...plan, steps: [{ name: '+3', days: 3, template: 'Reminder' }, ...(plan.steps ?? [])] }
      : plan,
  );

/** F31–F33: many random interleavings, in a process of their own. */
export async function interleavings(
  seed: number,
  count: number,
  unguarded = false,
): Promise<Interleaved & { problems: number }> {
  const args = [path.join(ROOT, 'test/faults/interleave.ts'), String(seed), String(count)];
  const child = spawn(process.execPath, unguarded ? [...args, 'unguarded'] : args, {
    env: { ...process.env, TZ: 'UTC', NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(await text(child.stdout)) as Interleaved & { problems: number };
}

export async function interleavingLine(seed: number, count: number): Promise<Line> {
  const { tries, lost, doubled, notes, problems, sent, stopped } = await interleavings(seed, count);
  const what = `random deeds against claims, seed ${seed}: ${sent} sent, ${stopped} stopped`;
  const into = line('F31–F33', what, { tries, lost, doubled, notes });
  if (problems > notes.length) into.notes.push(`and ${problems - notes.length} more`);
  return into;
}
