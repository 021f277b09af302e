// The whole way through a real mail system: npm run test:mta. A run of 500 reminders with PDFs goes through Postfix into
// Dovecot's mailboxes, and what arrived there is compared with what the outbox says, byte for byte. Needs root and the
// Debian packages postfix, dovecot-imapd and dovecot-lmtpd; says so where they are missing, with exit code 2.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Archive, archiveSchema } from '../../src/domain/archive.ts';
import { drawDemoInvoice } from '../../src/pdf/demoInvoice.ts';
import { runDunwell } from '../support/childProcess.ts';
import { readInbox } from './mailbox.ts';
import { type MailServer, startMailServer, whyNot } from './mailServer.ts';

const CUSTOMERS = 500;
/** Of these, so many have no mailbox, and so many are put off by the server. */
const NOBODY = 5;
const GREY = 5;
const DAY = '2026-02-09';

const tell = (text: string): void => void process.stderr.write(`drill: ${text}\n`);

const nameOf = (n: number): string => {
  if (n < NOBODY) return `nobody${n}`;
  return n < NOBODY + GREY ? `grey${n}` : `buyer${n}`;
};
const addressOf = (n: number): string => `${nameOf(n)}@customer.example`;

/** 500 customers, each with an invoice that fell due a week ago and its PDF. */
async function archiveOf({ smtpPort }: MailServer): Promise<object> {
  const numbers = Array.from({ length: CUSTOMERS }, (_, n) => n);
  const documents = await Promise.all(
    numbers.map((n) =>
      drawDemoInvoice({
        seller: ['Meunier & Fils'],
        buyer: [`Käufer № ${n}`],
        title: `Facture F-${n}`,
        facts: [['Total', `${n},00 €`]],
        date: new Date('2026-01-05T00:00:00Z'),
      }),
    ),
  );
  return {
    format: 'dunwell-archive',
    version: 1,
    settings: {
      company: { name: 'Meunier & Fils', email: 'anna@meunier.example' },
      timeZone: 'Europe/Paris',
      holidays: null,
      mode: 'automatic',
      holdMinutes: 0,
      brakes: { maxMessages: 1000, maxTimesMedian: 100 },
      mail: { host: '127.0.0.1', port: smtpPort, security: 'none', from: 'anna@meunier.example' },
    },
    templates: [
      {
        name: 'Reminder',
        versions: {
          fr: { subject: 'Facture {{invoice.number}} échue', body: '<p>Bonjour {{customer.name}} : {{total}}.</p>' },
        },
      },
    ],
    customers: numbers.map((n) => ({
      code: `C-${n}`,
      name: `Épicerie Żółć Ελλάς ${n}`,
      language: 'fr',
      contacts: [{ name: `Comptabilité ${n}`, email: addressOf(n) }],
    })),
    plans: [{ kind: 'escalation', name: 'Standard', steps: [{ name: 'First', days: 7, template: 'Reminder' }] }],
    enrolments: numbers.map((n) => ({ customer: `C-${n}`, plan: 'Standard', since: '2020-01-01' })),
    invoices: numbers.map((n) => ({
      customer: `C-${n}`,
      number: `F-${n}`,
      issuedOn: '2026-01-05',
      dueOn: '2026-02-02',
      currency: 'EUR',
      total: `${n + 1}.00`,
      documents: [{ name: `F-${n}.pdf`, mediaType: 'application/pdf', content: documents[n]?.toString('base64') }],
    })),
  };
}

type Sent = Archive['reminders'][number];

async function outboxOf(dataDir: string, folder: string): Promise<Sent[]> {
  const target = path.join(folder, 'out');
  await command(dataDir, ['export', target]);
  return archiveSchema.parse(JSON.parse(readFileSync(path.join(target, 'dunwell.json'), 'utf8'))).reminders;
}

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);
const headerEnd = (raw: Buffer): number => raw.indexOf('\r\n\r\n');

/** What speaks against the promise, in words; empty when every mailbox holds what the outbox says. */
async function faultsOf(server: MailServer, outbox: readonly Sent[]): Promise<string[]> {
  const faults: string[] = [];
  for (let n = 0; n < CUSTOMERS; n++) {
    const address = addressOf(n);
    const said = outbox.filter(({ customer }) => customer === `C-${n}`);
    const [one] = said;
    const expected = address.startsWith('nobody') ? 'failed' : address.startsWith('grey') ? 'queued' : 'sent';
    if (said.length !== 1 || one?.state !== expected)
      faults.push(
        `${address}: the outbox says ${said.map(({ state }) => state).join(', ') || 'nothing'}, not ${expected}`,
      );
    const arrived = await readInbox(server.imapPort, address, server.password);
    if (arrived.length !== (expected === 'sent' ? 1 : 0)) faults.push(`${address}: ${arrived.length} messages arrived`);
    const [message] = arrived;
    const stored = one?.raw ? Buffer.from(one.raw, 'base64') : null;
    if (!message || !stored) continue;
    // Each server puts its own headers before ours; from our first byte on, nothing may have changed.
    const ours = message.subarray(message.length - stored.length);
    if (!ours.equals(stored)) faults.push(`${address}: stored ${hashOf(stored)}, arrived ${hashOf(ours)}`);
    const added = message.subarray(0, message.length - stored.length).toString('latin1');
    if (!/^(Return-Path|Delivered-To|Received):/.test(added))
      faults.push(`${address}: begins with ${added.slice(0, 40)}`);
    const headers = stored.subarray(0, headerEnd(stored)).toString('latin1');
    if (!headers.includes(`Message-ID: ${one?.messageId}`)) faults.push(`${address}: another Message-ID`);
    if (!stored.includes(`filename=F-${n}.pdf`)) faults.push(`${address}: its PDF is missing`);
  }
  return faults;
}

/** The control: an outbox of which one message differs by a byte and one was never written has to be found out. */
function spoilt(outbox: readonly Sent[]): Sent[] {
  const [changed, missing] = outbox.filter(({ state }) => state === 'sent');
  return outbox
    .filter((one) => one !== missing)
    .map((one) => (one === changed ? { ...one, raw: flipped(one.raw ?? '') } : one));
}

function flipped(raw: string): string {
  const bytes = Buffer.from(raw, 'base64');
  bytes[bytes.length - 10] = (bytes.at(-10) ?? 0) ^ 1;
  return bytes.toString('base64');
}

async function settled(server: MailServer): Promise<void> {
  // Postfix has taken everything when `run` ends; handing it to Dovecot goes on for a moment.
  const last = addressOf(CUSTOMERS - 1);
  for (let tries = 0; tries < 300; tries++) {
    if ((await readInbox(server.imapPort, last, server.password)).length > 0) break;
    await setTimeout(100);
  }
  await setTimeout(2000);
}

/** A command of the product: what it printed; a refusal ends the drill. */
async function command(dataDir: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runDunwell(dataDir, args);
  if ((code !== 0 && code !== 1) || (stdout === '' && args[0] === 'run')) throw new Error(stderr);
  return stdout;
}

const deliveryOf = (printed: string): string =>
  JSON.stringify((JSON.parse(printed) as { run: { delivery: unknown } }).run.delivery);

async function drill(): Promise<string[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'dunwell-drill-'));
  const server = await startMailServer();
  try {
    const dataDir = path.join(folder, 'data');
    const file = path.join(folder, 'firm.json');
    writeFileSync(file, JSON.stringify(await archiveOf(server)));
    await command(dataDir, ['import', file]);
    tell(`${CUSTOMERS} reminders go to Postfix on port ${server.smtpPort}`);
    const run = await command(dataDir, ['run', '--day', DAY, '--deliver', '--json']);
    const again = await command(dataDir, ['run', '--day', DAY, '--deliver', '--json']);
    await settled(server);
    tell(`the run says ${deliveryOf(run)}`);
    tell(`the same run again says ${deliveryOf(again)}`);
    const outbox = await outboxOf(dataDir, folder);
    const seen = await faultsOf(server, spoilt(outbox));
    if (seen.length !== 2) throw new Error(`the comparison does not see what is wrong: ${seen.join('; ')}`);
    return await faultsOf(server, outbox);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const obstacle = whyNot();
if (obstacle) {
  tell(`not possible here: ${obstacle}`);
  process.exitCode = 2;
} else {
  const faults = await drill();
  for (const fault of faults) tell(fault);
  const arrived = CUSTOMERS - NOBODY - GREY;
  tell(faults.length ? `${faults.length} faults` : `${arrived} of ${arrived} arrived once, byte for byte as stored`);
  process.exitCode = faults.length ? 1 : 0;
}
