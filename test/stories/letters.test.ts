import PostalMime from 'postal-mime';
import type { ArchiveInput } from '../../src/domain/archive.ts';
import type { Day } from '../../src/domain/calendar.ts';
import type { LetterContent } from '../../src/domain/letter.ts';
import { smtpTransport } from '../../src/mail/smtp.ts';
import { drawLetterPreview, letterPdfOf } from '../../src/services/letterPdf.ts';
import { postLetters } from '../../src/services/postLetters.ts';
import { type PrintOrder, printLetters, type Printing } from '../../src/services/printLetters.ts';
import { shownMessage } from '../../src/services/shownMessage.ts';
import type { Db } from '../../src/store/database.ts';
import type { Reminder } from '../../src/store/reminders.ts';
import { writeSettings } from '../../src/store/settings.ts';
import {
  add,
  addition,
  at,
  customer,
  database,
  deliverOn,
  firm,
  invoice,
  mailServer,
  payment,
  plan,
  runOn,
  settings,
  step,
  template,
} from '../support/installation.ts';
import { codeIn, pictureOfPage, testWith, textOfPdf } from '../support/pdfTools.ts';
import { startSmtpSink } from '../support/smtpSink.ts';

const FIRST: Day = '2026-02-09';
const NEXT: Day = '2026-02-10';
const IBAN = 'FR76 3000 6000 0112 3456 7890 189';

const company = (differs: object = {}) =>
  settings({
    company: {
      name: 'Meunier & Fils',
      street: '12 rue des Lilas',
      postcode: '69003',
      city: 'Lyon',
      country: 'FR',
      email: 'anna@meunier.example',
      phone: '+33 4 00 00 00 00',
      legalId: '123 456 789',
      iban: IBAN,
      bic: 'AGRIFRPP',
    },
    ...differs,
  });

const WORDS = {
  subject: 'Invoice {{invoice.number}}',
  body: '<p>Dear {{#if contact.name}}{{contact.name}}{{else}}Sir or Madam{{/if}},</p><p><strong>{{invoice.outstanding}}</strong> is open.</p>',
};
const GROUPED = { subject: '{{invoiceCount}} invoices', body: '<p>{{total}} is open.</p><p>Yours faithfully</p>' };

const martin = (differs: object = {}) =>
  customer('MARTIN', {
    name: 'Boulangerie Martin',
    street: '3 place du Marché',
    postcode: '69001',
    city: 'Lyon',
    country: 'FR',
    contacts: [{ name: 'Claire Martin', email: 'claire@customer.example' }],
    ...differs,
  });
const rossi = () => martin({ ...customer('ROSSI'), name: 'Rossi Srl', city: 'Torino', country: 'IT', contacts: [] });

/** A firm whose first step is a letter. */
const paper = (differs: Partial<ArchiveInput> = {}): ArchiveInput =>
  firm({
    settings: company(),
    templates: [template({ name: 'Reminder', kind: 'letter', versions: { en: WORDS } })],
    customers: [martin(), rossi()],
    plans: [plan({ steps: [step(7, { action: 'letter' }), step(14, { action: 'letter' })] })],
    invoices: [invoice('MARTIN', 'F-1'), invoice('ROSSI', 'F-2')],
    ...differs,
  });

async function queued(differs: Partial<ArchiveInput> = {}): Promise<Db> {
  const db = await database(paper(differs));
  await runOn(db, FIRST);
  return db;
}

const outbox = (db: Db): Promise<Reminder[]> => db('reminders').orderBy('id');
const letterOf = async (db: Db, place = 0): Promise<LetterContent> =>
  JSON.parse((await outbox(db))[place]?.letter ?? 'null') as LetterContent;
const historyOf = async (db: Db): Promise<string[]> =>
  (await db('history').orderBy('id')).map(({ kind }: { kind: string }) => kind).filter((kind) => kind !== 'imported');

const print = (db: Db, order: Partial<PrintOrder> = {}, day: Day = FIRST): Promise<Printing> =>
  printLetters(db, { ids: 'all', clock: at(day), userId: null, ...order });
const printed = async (...args: Parameters<typeof print>): Promise<Extract<Printing, { kind: 'printed' }>> => {
  const printing = await print(...args);
  if (printing.kind !== 'printed') throw new Error(JSON.stringify(printing));
  return printing;
};

describe('a letter that a run decides', () => {
  test('says on paper who writes to whom about what, and how to pay', async () => {
    const letter = await letterOf(await queued());
    expect(letter).toMatchObject({
      language: 'en',
      window: 'right',
      day: FIRST,
      sender: { name: 'Meunier & Fils', lines: ['12 rue des Lilas', '69003 Lyon'] },
      returnLine: 'Meunier & Fils · 12 rue des Lilas · 69003 Lyon',
      recipient: ['Boulangerie Martin', 'For the attention of Claire Martin', '3 place du Marché', '69001 Lyon'],
      subject: 'Invoice F-1',
      foot: 'Meunier & Fils · 123 456 789',
      pageLabel: 'Page {{n}} of {{total}}',
    });
    expect(letter.facts.map(({ value }) => value)).toEqual([
      '9 February 2026',
      'MARTIN',
      'F-1',
      '+33 4 00 00 00 00',
      'anna@meunier.example',
    ]);
    expect(letter.body).toEqual([
      { kind: 'paragraph', indent: 0, runs: [{ text: 'Dear Claire Martin,' }] },
      { kind: 'paragraph', indent: 0, runs: [{ text: '€100.00', bold: true }, { text: ' is open.' }] },
    ]);
    expect(letter.payment?.facts.map(({ value }) => value)).toEqual([
      'Meunier & Fils',
      IBAN,
      'AGRIFRPP',
      'RF98 F1',
      '€100.00',
    ]);
    expect(letter.payment?.code?.text.split('\n').slice(4)).toEqual([
      'AGRIFRPP',
      'Meunier & Fils',
      'FR7630006000011234567890189',
      'EUR100.00',
      '',
      'RF98F1',
    ]);
  });

  test('names the country in the sender’s language when it goes abroad', async () => {
    const letter = await letterOf(await queued({ settings: company({ language: 'fr' }) }), 1);
    expect(letter.recipient.slice(-2)).toEqual(['69001 Torino', 'ITALIE']);
    expect(letter.sender.lines.at(-1)).toBe('France');
  });

  test.each<[string, string, 'auto' | 'left' | 'right', string]>([
    ['France', 'FR', 'auto', 'right'],
    ['Italy', 'IT', 'auto', 'right'],
    ['Switzerland', 'CH', 'auto', 'right'],
    ['Germany', 'DE', 'auto', 'left'],
    ['the United Kingdom', 'GB', 'auto', 'left'],
    ['France, with other envelopes', 'FR', 'left', 'left'],
    ['Germany, with other envelopes', 'DE', 'right', 'right'],
  ])('from %s is for the usual window there', async (_, country, window, side) => {
    const base = company() as { company: object };
    const db = await queued({
      settings: { ...base, company: { ...base.company, country }, letters: { window } } as never,
    });
    expect((await letterOf(db)).window).toBe(side);
  });

  test('lists several invoices after its words, and asks for their sum', async () => {
    const letter = await letterOf(
      await queued({
        templates: [template({ name: 'Summary', kind: 'letter', scope: 'grouped', versions: { en: GROUPED } })],
        plans: [plan({ together: true, steps: [step(7, { action: 'letter', template: 'Summary' })] })],
        invoices: [invoice('MARTIN', 'F-1'), invoice('MARTIN', 'F-2', { total: '20.50' })],
      }),
    );
    expect(letter.body.map(({ kind }) => kind)).toEqual(['paragraph', 'paragraph', 'table']);
    expect(letter.table.rows.map(({ number, amount }) => [number, amount])).toEqual([
      ['F-1', '€100.00'],
      ['F-2', '€20.50'],
    ]);
    expect(letter.payment?.code?.text).toContain('EUR120.50\n\n\nMARTIN F-1 F-2');
    expect(letter.facts.map(({ value }) => value)).not.toContain('F-1');
  });

  test('has no code where a European transfer cannot pay it, and no payment block without an account', async () => {
    const pounds = await queued({ invoices: [invoice('MARTIN', 'F-1', { currency: 'GBP' })] });
    expect((await letterOf(pounds)).payment).toMatchObject({ code: null });
    const base = company() as { company: object };
    const nowhere = await queued({ settings: { ...base, company: { ...base.company, iban: '' } } as never });
    expect((await letterOf(nowhere)).payment).toBeNull();
    expect((await outbox(nowhere))[0]?.payment_code).toBe('');
  });
});

describe('printing', () => {
  test('gives one document of all, notes who printed, and leaves the letters to be posted', async () => {
    const db = await queued();
    const { pdf, ids, leftOut } = await printed(db);
    expect([pdf.subarray(0, 5).toString(), ids.length, leftOut]).toEqual(['%PDF-', 2, []]);
    expect((await outbox(db)).map(({ state, printed_at }) => [state, printed_at])).toEqual([
      ['queued', '2026-02-09T12:00:00.000Z'],
      ['queued', '2026-02-09T12:00:00.000Z'],
    ]);
    expect((await historyOf(db)).slice(-2)).toEqual(['letter_printed', 'letter_printed']);
    expect(await db('completions')).toEqual([]);
  });

  test('only the chosen ones', async () => {
    const db = await queued();
    const [first] = await outbox(db);
    const { ids } = await printed(db, { ids: [first?.id ?? 0, first?.id ?? 0, 999] });
    expect(ids).toEqual([first?.id]);
    expect((await outbox(db)).filter(({ printed_at }) => printed_at !== null)).toHaveLength(1);
  });

  test('what was paid since is cancelled, and said to be', async () => {
    const db = await queued();
    await add(db, addition({ payments: [payment('MARTIN', 'F-1', '100.00')] }), at(FIRST, '14:00'));
    const { ids, leftOut } = await printed(db);
    expect(leftOut).toMatchObject([{ customer: 'Boulangerie Martin', why: 'cancelled', reason: 'settled' }]);
    const [martins, rossis] = await outbox(db);
    expect(martins).toMatchObject({ state: 'cancelled', reason: 'settled', printed_at: null });
    expect(ids).toEqual([rossis?.id]);
  });

  test('when nothing is left there is nothing to print', async () => {
    const db = await queued({ invoices: [invoice('MARTIN', 'F-1')] });
    await add(db, addition({ payments: [payment('MARTIN', 'F-1', '100.00')] }), at(FIRST, '14:00'));
    expect(await print(db)).toMatchObject({ kind: 'nothing', leftOut: [{ why: 'cancelled' }] });
    expect(await print(db)).toEqual({ kind: 'nothing', leftOut: [] });
    expect((await db('runs'))[0]).toMatchObject({ state: 'closed' });
  });

  test('amounts and the date are those of the day of printing', async () => {
    const db = await queued();
    await add(db, addition({ payments: [payment('MARTIN', 'F-1', '40.00')] }), at(FIRST, '14:00'));
    await printed(db, {}, NEXT);
    const letter = await letterOf(db);
    expect(letter.day).toBe(NEXT);
    expect(letter.payment?.facts.at(-1)?.value).toBe('€60.00');
    expect(letter.payment?.code?.text).toContain('EUR60.00');
    const [row] = await outbox(db);
    expect(row?.payment_code).toBe(letter.payment?.code?.text);
    expect(row?.total_minor).toBe(6000);
  });

  test('the envelopes are those of the day of printing too', async () => {
    const db = await queued();
    await writeSettings(db, { letters: { window: 'left' } });
    await printed(db);
    expect((await letterOf(db)).window).toBe('left');
  });

  test('a letter that waits for approval is not printed before', async () => {
    const db = await queued();
    const [first, second] = await outbox(db);
    await db('reminders').where({ id: first?.id }).update({ needs_approval: 1 });
    const chosen = await printed(db, { ids: [first?.id ?? 0, second?.id ?? 0] });
    expect(chosen.leftOut).toMatchObject([{ id: first?.id, why: 'approval' }]);
    const all = await printed(db);
    expect([all.ids, all.leftOut]).toEqual([[second?.id], []]);
    expect((await outbox(db))[0]).toMatchObject({ state: 'queued', printed_at: null });
  });

  test('nor is one that was posted or cancelled in the meantime', async () => {
    const db = await queued();
    const [first] = await outbox(db);
    await postLetters(db, [first?.id ?? 0], { clock: at(FIRST), userId: null });
    expect(await print(db, { ids: [first?.id ?? 0] })).toMatchObject({ kind: 'nothing', leftOut: [{ why: 'gone' }] });
  });

  test('an e-mail is no letter', async () => {
    const db = await database(firm({ settings: company(), invoices: [invoice('MARTIN', 'F-1')] }));
    await runOn(db, FIRST);
    const ids = (await outbox(db)).map(({ id }) => id);
    expect(await print(db, { ids })).toEqual({ kind: 'nothing', leftOut: [] });
    expect(await postLetters(db, ids, { clock: at(FIRST), userId: null })).toBe(0);
    expect((await outbox(db))[0]?.state).toBe('queued');
  });

  test('what a person wrote is not rewritten: when its amounts have changed it is cancelled', async () => {
    const db = await queued();
    await db('reminders').update({ origin: 'manual', plan_id: null });
    await add(db, addition({ payments: [payment('MARTIN', 'F-1', '40.00')] }), at(FIRST, '14:00'));
    const before = await letterOf(db, 1);
    const { leftOut } = await printed(db, {}, NEXT);
    expect(leftOut).toMatchObject([{ why: 'cancelled', reason: 'amount_changed' }]);
    expect(await letterOf(db, 1)).toEqual(before);
  });

  test('a letter without its words on file is named, and stops no other', async () => {
    const db = await queued();
    const [first, second] = await outbox(db);
    await db('reminders').where({ id: first?.id }).update({ origin: 'manual', plan_id: null, letter: null });
    const { ids, leftOut } = await printed(db);
    expect([ids, leftOut.map(({ why }) => why)]).toEqual([[second?.id], ['unreadable']]);
  });

  test('nor does one that somebody else’s archive brought, and that cannot be drawn', async () => {
    const db = await queued();
    const [first, second] = await outbox(db);
    const odd = JSON.stringify({ ...(await letterOf(db)), body: [{ kind: 'item' }] });
    await db('reminders').where({ id: first?.id }).update({ origin: 'manual', plan_id: null, letter: odd });
    const { ids, leftOut } = await printed(db);
    expect([ids, leftOut.map(({ why }) => why)]).toEqual([[second?.id], ['unreadable']]);
    expect(await letterPdfOf(db, first?.id ?? 0)).toBeNull();
  });
});

describe('a letter of the past', () => {
  test('is drawn again as the very bytes that were printed, before and after it was posted', async () => {
    const db = await queued({ invoices: [invoice('MARTIN', 'F-1')] });
    const { pdf, ids } = await printed(db);
    const again = await letterPdfOf(db, ids[0] ?? 0);
    expect(again && Buffer.compare(again, pdf)).toBe(0);
    await postLetters(db, ids, { clock: at(NEXT), userId: null });
    await db('customers').update({ name: 'Renamed', city: 'Elsewhere' });
    const later = await letterPdfOf(db, ids[0] ?? 0);
    expect(later && Buffer.compare(later, pdf)).toBe(0);
    expect(await drawLetterPreview({ letter: await letterOf(db) })).toEqual(pdf);
  });

  test('there is none of what was never a letter', async () => {
    const db = await database(firm({ settings: company(), invoices: [invoice('MARTIN', 'F-1')] }));
    await runOn(db, FIRST);
    expect(await letterPdfOf(db, 1)).toBeNull();
    expect(await letterPdfOf(db, 99)).toBeNull();
    expect(await drawLetterPreview({ letter: null })).toBeNull();
  });

  test('posting completes its step that day, once', async () => {
    const db = await queued();
    const { ids } = await printed(db);
    expect(await postLetters(db, [...ids, ...ids, 999], { clock: at(NEXT), userId: null })).toBe(2);
    expect(await postLetters(db, ids, { clock: at(NEXT), userId: null })).toBe(0);
    expect(await db('completions')).toHaveLength(2);
    expect((await outbox(db)).map(({ state, sent_on, transport }) => [state, sent_on, transport])).toEqual([
      ['sent', NEXT, 'hand'],
      ['sent', NEXT, 'hand'],
    ]);
    expect((await historyOf(db)).slice(-2)).toEqual(['reminder_posted', 'reminder_posted']);
  });
});

describe('the paper', () => {
  testWith(
    'pdftotext',
    'pdftoppm',
    'zbarimg',
  )('holds the words and a code that a telephone reads', async () => {
    const db = await queued();
    const { pdf } = await printed(db);
    expect(textOfPdf(pdf, 1)).toMatch(/Boulangerie Martin[^]*Invoice F-1[^]*Dear Claire Martin,[^]*RF98 F1/);
    expect(textOfPdf(pdf, 2)).toMatch(/Rossi Srl[^]*ITALY[^]*Invoice F-2/);
    const [martins, rossis] = await outbox(db);
    expect(codeIn(pictureOfPage(pdf, 1))).toBe(martins?.payment_code);
    expect(codeIn(pictureOfPage(pdf, 2))).toBe(rossis?.payment_code);
  });
});

const WITH_PICTURE = {
  subject: 'Invoice {{invoice.number}}{{{paymentCode}}}',
  body: '<p>{{invoice.outstanding}}, {{paymentReference}}</p><p>{{{paymentCode}}}</p><p>{{#if paymentCode}}Scan it.{{/if}} Thank you</p>',
};
const mails = (differs: Partial<ArchiveInput> = {}): ArchiveInput =>
  firm({
    settings: company(),
    templates: [template({ versions: { en: WITH_PICTURE } })],
    customers: [martin()],
    invoices: [invoice('MARTIN', 'F-1')],
    ...differs,
  });

describe('an e-mail whose template asks for the payment code', () => {
  test('carries it as a picture beside its HTML, and as words in its text', async () => {
    const db = await database(mails());
    await runOn(db, FIRST);
    const sink = await startSmtpSink();
    const account = { host: sink.host, port: sink.port, security: 'none', user: '', password: null } as const;
    const received = await deliverOn(db, FIRST, smtpTransport(account))
      .then(() => sink.messages())
      .finally(() => sink.stop());
    const mail = await PostalMime.parse(received[0]?.raw ?? '');
    const [picture] = mail.attachments;
    expect(mail.attachments).toHaveLength(1);
    expect(picture).toMatchObject({
      contentId: '<payment-code>',
      disposition: 'inline',
      related: true,
      mimeType: 'image/png',
    });
    expect(mail.html?.match(/<img [^>]*>/g)).toEqual([
      expect.stringMatching(
        /^<img src="cid:payment-code" alt="Payment code[^"]+RF98 F1[^"]+" width="\d+" height="\d+"/,
      ),
    ]);
    expect(mail.html).toContain('Scan it.');
    expect(mail.subject).toBe('Invoice F-1');
    expect(mail.text?.replace(/\s+/g, ' ')).toContain(
      `€100.00, RF98 F1 To pay by bank transfer: IBAN ${IBAN}, reference RF98 F1, amount €100.00 Scan it.`,
    );
    const [row] = await outbox(db);
    expect(row?.payment_code).toMatch(/^BCD\n002\n1\nSCT\nAGRIFRPP\nMeunier & Fils\n.*\nEUR100.00\n\nRF98F1$/);
    sinkPicture = { png: Buffer.from(picture?.content as ArrayBuffer), code: row?.payment_code ?? '' };
  });

  let sinkPicture = { png: Buffer.alloc(0), code: 'nothing was received' };
  testWith('zbarimg')('which a telephone reads', () => expect(codeIn(sinkPicture.png)).toBe(sinkPicture.code));

  test('is shown on the screen with its picture', async () => {
    const db = await database(mails());
    await runOn(db, FIRST);
    const [row] = await outbox(db);
    const shown = await shownMessage({ html: row?.html ?? '', paymentCode: row?.payment_code ?? '' });
    expect(shown).toContain('<img src="data:image/png;base64,iVBOR');
    expect(shown).not.toContain('cid:');
  });

  test('asks for what is open when it leaves', async () => {
    const db = await database(mails());
    await runOn(db, FIRST);
    await add(db, addition({ payments: [payment('MARTIN', 'F-1', '40.00')] }), at(FIRST, '12:30'));
    const server = mailServer();
    await deliverOn(db, FIRST, server);
    expect((await outbox(db))[0]?.payment_code).toContain('EUR60.00');
  });

  test.each<[string, Partial<ArchiveInput>]>([
    ['in another currency', { invoices: [invoice('MARTIN', 'F-1', { currency: 'GBP' })] }],
    ['without an account', { settings: settings() }],
  ])('%s there is none, and no hole where it would be', async (_, differs) => {
    const db = await database(mails(differs));
    await runOn(db, FIRST);
    const server = mailServer();
    await deliverOn(db, FIRST, server);
    const [row] = await outbox(db);
    expect(row).toMatchObject({ state: 'sent', payment_code: '' });
    expect(row?.html).not.toMatch(/<img|cid:|<p>\s*<\/p>|dunwell-[0-9a-f]{24}|Scan it/);
    expect(row?.text).toMatch(/100\.00, RF98 F1\s+Thank you/);
    expect((await PostalMime.parse(server.mails[0]?.raw ?? '')).attachments).toEqual([]);
  });
});
