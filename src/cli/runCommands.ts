import { messagesOf } from '../domain/decision.ts';
import type { Transport } from '../mail/transport.ts';
import { deliverOutbox, type Delivery } from '../services/deliverOutbox.ts';
import { explainInvoice } from '../services/explainInvoice.ts';
import { forecastDays } from '../services/forecastDays.ts';
import { journalTransport } from '../services/journalTransport.ts';
import { type Plan, planDay, runDay, type RunResult } from '../services/runDay.ts';
import { refuseUnsafe } from '../services/refuseUnsafe.ts';
import { readSmtpPassword } from '../services/smtpPassword.ts';
import { transportFor } from '../services/transportFor.ts';
import { allCustomers } from '../store/customers.ts';
import { readSettings } from '../store/settings.ts';
import { loadPlans } from '../store/plans.ts';
import { type Arguments, wordAt } from './args.ts';
import { decisionsJson, holdJson, type Names, namesOf, sendJson, sendLine } from './describe.ts';
import { alone, clockOn, type Installation, today } from './installation.ts';
import { EXIT, type ExitCode, print, printJson, tell } from './output.ts';
import { STOP_SIGNALS } from './stopSignals.ts';

const customersByCode = async ({ db }: Installation): Promise<Map<number, { code: string }>> =>
  new Map((await allCustomers(db)).map((customer) => [customer.id, customer]));

const namesFor = async (installation: Installation, plan: Plan): Promise<Names> =>
  namesOf(await customersByCode(installation), plan.snapshot);

/** `run`: decide and queue; `--dry-run` only decides; `--deliver` also sends now, without the hold window. */
export async function run(installation: Installation, args: Arguments): Promise<ExitCode> {
  const day = args.day('day') ?? (await today(installation));
  if (args.has('dry-run')) return dryRun(installation, args, await planDay(installation.db, day));
  const clock = await clockOn(installation, day);
  // A day that is travelled to has no clock to doubt.
  if (clock === installation.clock)
    await refuseUnsafe(installation.db, { clock, folder: installation.config.dataDir, named: args.day('day') != null });
  return alone(installation, clock, async () => {
    const { db, owner, config } = installation;
    // First, so that a mail account that cannot be used refuses the command before anything is done.
    const transport = args.has('deliver')
      ? journalTransport(transportFor(await readSettings(db), await readSmtpPassword(db, config)), {
          ...installation,
          clock,
        })
      : null;
    const result = await runDay(db, { day, clock, owner });
    const delivery = transport ? await deliver({ ...installation, clock }, transport) : null;
    const names = await namesFor(installation, result);
    if (args.has('json'))
      printJson({ ...decisionsJson(day, sentDecisions(result), names), run: summary(result, delivery) });
    else tellRun(result, names);
    if (delivery) tellDelivery(delivery, result.settings.mail.host || 'letterbox');
    const troubled = result.problems.length || delivery?.failed || delivery?.uncertain || delivery?.stopped;
    return troubled ? EXIT.problems : EXIT.done;
  });
}

/** A run that did nothing sends nothing, whatever it would decide. */
const sentDecisions = ({ state, decisions }: RunResult): RunResult['decisions'] =>
  state === 'done' ? decisions : decisions.filter(({ kind }) => kind !== 'send');

const summary = ({ state, queued, held, problems }: RunResult, delivery: Delivery | null): Record<string, unknown> => ({
  state,
  queued,
  held,
  problems,
  delivery,
});

/** Asked to stop, it finishes the message in flight and begins no other (RELIABILITY F4). */
async function deliver({ clock, owner, db }: Installation, transport: Transport): Promise<Delivery> {
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  for (const signal of STOP_SIGNALS) process.once(signal, stop);
  let last = 0;
  try {
    return await deliverOutbox(db, {
      clock,
      owner,
      transport,
      ignoreHold: true,
      goOn: () => !stopping.signal.aborted,
      onProgress: ({ sent, failed, uncertain, cancelled, postponed }) => {
        const done = sent + failed + uncertain + cancelled + postponed;
        if (done - last < 100) return;
        last = done;
        tell(`${done} messages handled`);
      },
    });
  } finally {
    for (const signal of STOP_SIGNALS) process.off(signal, stop);
  }
}

async function dryRun(installation: Installation, args: Arguments, plan: Plan): Promise<ExitCode> {
  const names = await namesFor(installation, plan);
  if (args.has('json')) printJson(decisionsJson(plan.day, plan.decisions, names));
  else tellPlan(plan, names);
  return EXIT.done;
}

function tellPlan({ decisions, day }: Plan, names: Names): void {
  const messages = messagesOf(decisions);
  for (const message of messages) print(sendLine(message, names, day));
  const customers = new Set(messages.map(({ customerId }) => customerId)).size;
  tell(
    `${messages.length} messages to ${customers} customers; ${decisions.filter(({ kind }) => kind !== 'send').length} decisions to wait.`,
  );
}

function tellRun(result: RunResult, names: Names): void {
  if (result.state === 'off') {
    const count = messagesOf(result.decisions).length;
    return tell(`Automatic sending is off: nothing was queued. ${count} messages would have been; see --dry-run.`);
  }
  if (result.state === 'already_done')
    return tell(`The run of ${result.day} is done already; nothing was queued again.`);
  tellPlan(result, names);
  if (result.held) tell(`The messages wait for approval in the outbox (${result.held.replaceAll('_', ' ')}).`);
  for (const { code, customer, invoices, detail } of result.problems)
    tell(`Not queued: ${customer ?? ''} ${invoices?.join(', ') ?? ''}: ${code} ${detail ?? ''}`);
}

function tellDelivery({ sent, failed, uncertain, cancelled, postponed, stopped }: Delivery, host: string): void {
  const parts = [`${sent} sent`];
  if (failed) parts.push(`${failed} failed`);
  if (uncertain) parts.push(`${uncertain} uncertain`);
  if (cancelled) parts.push(`${cancelled} cancelled`);
  if (postponed) parts.push(`${postponed} put off`);
  tell(`Delivery: ${parts.join(', ')}.`);
  if (stopped !== null)
    tell(`The mail server ${host} cannot be used now: ${stopped}. Nothing was lost; the messages wait in the outbox.`);
}

/** `forecast`: what would leave on each of the next days, if nobody paid. */
export async function forecast(installation: Installation, args: Arguments): Promise<ExitCode> {
  const from = args.day('day') ?? (await today(installation));
  const days = await forecastDays(installation.db, from, args.number('days', 3650) ?? 30);
  const names = namesOf(await customersByCode(installation), { plans: await loadPlans(installation.db) } as never);
  if (args.has('json')) {
    printJson({
      from,
      days: days.map(({ day, messages }) => ({ day, sends: messages.map((message) => sendJson(message, names)) })),
    });
    return EXIT.done;
  }
  for (const { day, messages } of days) for (const message of messages) print(sendLine(message, names, day));
  const count = days.reduce((sum, { messages }) => sum + messages.length, 0);
  tell(`${count} messages on ${days.filter(({ messages }) => messages.length).length} sending days.`);
  return EXIT.done;
}

/** `explain INVOICE`: the decision about an invoice, with all reasons. */
export async function explain(installation: Installation, args: Arguments): Promise<ExitCode> {
  const number = wordAt(args, 0, 'explain', 'INVOICE');
  const day = args.day('day') ?? (await today(installation));
  const explanations = await explainInvoice(installation.db, number, day);
  const names = namesOf(await customersByCode(installation), { plans: await loadPlans(installation.db) } as never);
  const answers = explanations.map(({ invoice, customer, decision }) => {
    const about = { invoice: invoice.number, customer: customer.code, day };
    if (!decision) return { ...about, decision: 'blocked', reasons: ['settled'], until: null };
    if (decision.kind === 'send') return { ...about, decision: 'send', message: sendJson(decision.message, names) };
    return { ...about, decision: decision.kind, ...holdJson(decision, names) };
  });
  if (args.has('json')) printJson(answers.length === 1 ? answers[0] : answers);
  else for (const answer of answers) print(explainLine(answer));
  return EXIT.done;
}

function explainLine(answer: {
  customer: string;
  decision: string;
  reasons?: string[];
  until?: string | null;
  message?: { step: string | null };
}): string {
  const { customer, decision, reasons = [], until, message } = answer;
  if (message) return `${customer}: send ${message.step ?? ''}`;
  return `${customer}: ${decision}${until ? ` until ${until}` : ''}: ${reasons.join(', ')}`;
}
