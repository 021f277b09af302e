import { storyOf } from './article.ts';
import { plain, within, wordsOf } from './page.ts';
import { Reader } from './reader.ts';

const article = {
  remind: 'Do you want to remind your customers of late payments? CashCollect is for you!',
  first: '1. Send a manual reminder',
  signs:
    'From your CashCollect dashboard, you can click on the envelope ✉️ to send a dunning letter, or on the @ sign to send a manual e-mail reminder.',
  empty: 'Clicking opens an empty window in which you can enter the reminder you wish to send.',
  personalize:
    'You can also use the templates at the bottom of the window to personalize them before sending your reminder.',
  pdf: 'The PDF invoice will automatically be attached to the dunning email.',
  ownTemplate: 'You can create your own email template from this window there.',
  learnTemplate: 'Check out this help article to learn more.',
  second: '2. Follow-up multiple invoices simultaneously for one customer',
  several: 'It is possible to dun a same customer simultaneously for several invoices.',
  check: 'To do this, check the invoices you want to dun and from the sidebar menu, select Send follow-up.',
  possible: 'It is possible to dun, the same customer, for several invoices simultaneously.',
  tick: 'To do this, tick the invoices you wish to dun, and from the side menu, click on Send an email or Send letter, depending on the type of follow up you wish to do.',
  sameCustomer: 'Good to know: grouped follow-up is only possible for 1 same customer.',
  learnBulk: "Very good to know: If you'd like to learn more about bulk dunning, click here",
  third: '3. Configure automatic follow-up for a customer',
  automate:
    'To prevent your invoices from being overdue without further action on your part, you can automate the follow-up of your customers.',
  learnAutomatic: 'Learn how to set up your automatic follow-up in this article.',
  activate: "Once you've set up dunning, you need to activate it for the desired customers from the Customers page.",
  assign: 'To do this, click on a customer and from the details sidebar, assign Follow-up plan to enable it ✔️',
  dunned:
    'Once automatic dunning is enabled for a customer, all invoices that fall within the criteria configured on the Follow-up Plan page will be dunned.',
  disable:
    'It is possible to disable automatic dunning for a particular invoice in the dashboard, from the invoice detail panel and then unchecking : Follow up plan enabled ✔️',
  bolt: 'Good to know: the invoices concerned by the automatic follow-ups are identified by a ⚡️ on the dashboard.',
  fourth: '4. Consult the follow-up history',
  history:
    'On the dashboard page, in the invoice details panel, you can consult the history of actions taken on this invoice.',
  sentMail:
    'This history will list all modifications made, as well as the latest reminders sent, and by clicking on the reminder in question, you can view the email sent.',
  column: 'Good to know: the last follow-up date is displayed in the Follow-up column of the dashboard.',
  sender: 'Good to know: All follow-ups emails are sent by default via collect@agicapcashcollect.com.',
  copy: 'Feel free to tick the box: Receive a copy to receive copies simultaneously.',
  reply:
    'Any response to your reminder will be automatically sent to the email address associated with your Agicap account',
  connect:
    'If you would like reminders to be sent to your e-mail address, please connect it to Agicap by following the steps described in the article below: How do I connect my e-mail address to Cashcollect ?',
} as const;

const heading = 'a heading';
const link = 'a link to another article';
const { tells, ends } = storyOf(article, {
  later: {},
  noPromise: {
    remind: 'a question and an advertisement',
    first: heading,
    learnTemplate: link,
    second: heading,
    several: 'says what the next sentence shows',
    possible: 'says what the next sentence shows',
    learnBulk: link,
    third: heading,
    learnAutomatic: link,
    fourth: heading,
  },
});

const FOURNIL = 'Le Fournil de la Croix-Rousse';

let reader: Reader;
beforeAll(async () => {
  reader = await Reader.of('en');
  await reader.go('/');
});
afterAll(() => reader.close());

const sentAbout = async (number: string): Promise<string[]> =>
  reader.open
    .db('reminders as r')
    .join('reminder_invoices as ri', 'ri.reminder_id', 'r.id')
    .join('invoices as i', 'i.id', 'ri.invoice_id')
    .where({ 'i.number': number, 'r.state': 'sent' })
    .orderBy('r.id')
    .pluck('r.sent_on');

/** What the frame beside the window shows: the very mail that would leave. */
async function preview(): Promise<string> {
  const frame = within(reader.main).find(({ tag }) => tag === 'iframe');
  return (await reader.open.anna.get(frame?.attributes.src ?? '')).text;
}

tells('signs', async () => {
  await reader.click('Letter for FA-2026-0893');
  await reader.press('Ready to print');
  expect(reader.words).toContain('The letter waits under To do, to be printed and posted.');
  await reader.click('Invoices');
  await reader.click('E-mail for FA-2026-0893');
  expect(reader.words).toContain('E-mail to Boulangerie Martin');
  expect(reader.words).toContain('A reminder is already in the outbox');
  await reader.press('Send to Boulangerie Martin');
  expect(reader.toast).toContain('Leaves in 10 seconds');
  await reader.wait('2026-11-23', '10:01');
  expect(await sentAbout('FA-2026-0893')).toEqual(['2026-11-23']);
});

tells('empty', async () => {
  await reader.click('Invoices');
  await reader.click('E-mail for FA-2026-0902');
  // Whatever stands in it can be swept away: the words that are sent are one's own.
  const own = {
    Subject: 'A word about {{invoice.number}}',
    Text: '<p>Could we talk about {{invoice.outstanding}}?</p>',
  };
  await reader.press('Update the preview', own);
  expect(await preview()).toMatch(/<p>Could we talk about 634,25.€\?<\/p>/);
  await reader.press('Send to Boulangerie Martin');
  await reader.wait('2026-11-23', '10:02');
  await reader.click('Invoices');
  await reader.click('reminder, ', reader.part('tr', 'FA-2026-0902'));
  const letter = await reader.letter('Download as .eml');
  expect(letter.subject).toBe('A word about FA-2026-0902');
  expect(plain(letter.text ?? '')).toBe('Could we talk about 634,25 €?');
});

tells('personalize', async () => {
  await reader.click('Invoices');
  await reader.click('E-mail for FA-2026-0910');
  // They stand at its foot; a click puts one in, and then its words are changed.
  await reader.press('Friendly note');
  const text = within(reader.main).find(({ attributes }) => attributes.name === 'body');
  const words = text?.children.join('') ?? '';
  expect(words).toContain('{{invoice.number}}');
  await reader.press('Update the preview', { Text: words.replace('<p>Cordialement', '<p>À bientôt, et cordialement') });
  expect(await preview()).toContain('À bientôt, et cordialement');
  await reader.press('Send to Boulangerie Martin');
  await reader.wait('2026-11-23', '10:03');
  await reader.click('Invoices');
  await reader.click('reminder, ', reader.part('tr', 'FA-2026-0910'));
  const letter = await reader.letter('Download as .eml');
  expect(letter.text).toContain('FA-2026-0910');
  expect(letter.text).toContain('À bientôt, et cordialement');
});

tells('pdf', async () => {
  await reader.click('Invoices');
  await reader.click('reminder, ', reader.part('tr', 'FA-2026-0893'));
  const letter = await reader.letter('Download as .eml');
  expect(letter.pdfs).toEqual(['FA-2026-0893.pdf']);
  expect(letter.receivers).toEqual(['claire@boulangerie-martin.example']);
  expect(letter.cc?.map(({ address }) => address)).toEqual(['compta@boulangerie-martin.example']);
});

tells('ownTemplate', async () => {
  await reader.click('Invoices');
  await reader.click('E-mail for FA-2026-0893');
  await reader.press('Save', { Subject: 'Our own: {{invoice.number}}', 'Name of the template': 'Our own' });
  expect(reader.words).toContain('Saved as the template “Our own”.');
  await reader.click('Invoices');
  await reader.click('E-mail for FA-2026-0915');
  await reader.press('Our own');
  expect(reader.words).toContain('Our own: FA-2026-0915');
  await reader.click('Templates');
  expect(reader.words).toContain('Our own');
});

tells('check', async () => {
  await reader.click('Invoices');
  await reader.press('Send an e-mail', { 'Tick FA-2026-0875': true, 'Tick FA-2026-0880': true });
  await reader.press('Send to Rossi Srl');
  await reader.wait('2026-11-23', '10:04');
  await reader.click('Invoices');
  await reader.click('reminder, ', reader.part('tr', 'FA-2026-0880'));
  const letter = await reader.letter('Download as .eml');
  expect(letter.pdfs).toEqual(['FA-2026-0875.pdf', 'FA-2026-0880.pdf']);
  // 1,284.00 of which 600.00 is paid: the table says what remains.
  expect(Object.fromEntries(letter.table.map((row) => [row[0], row.at(-1)]))).toMatchObject({
    'FA-2026-0875': '684,00 €',
    'FA-2026-0880': '932,50 €',
  });
});

tells('tick', async () => {
  await reader.click('Invoices');
  await reader.press('Send a letter', { 'Tick FA-2026-0875': true, 'Tick FA-2026-0880': true });
  expect(reader.words).toContain('Letter to Rossi Srl');
  await reader.press('Ready to print');
  expect(reader.words).toContain('The letter waits under To do, to be printed and posted.');
});

tells('sameCustomer', async () => {
  await reader.click('Invoices');
  const ticks = { 'Tick FA-2026-0875': true, 'Tick FA-2026-0893': true };
  await reader.press('Send an e-mail', ticks, { status: 422 });
  expect(reader.words).toContain('One message can only go to one customer, and these invoices belong to');
  expect(reader.link('One message to each customer…')).toContain('/sending/bulk?ids=');
});

tells('automate', async () => {
  await reader.turnOnSending({
    settings: 'Settings',
    sending: 'Sending',
    turnOn: 'Turn on…',
    automatic: 'Automatic:',
    confirm: 'I have read what the next run would send.',
    button: 'Turn on',
  });
  await reader.click('Invoices');
  expect(wordsOf(reader.page)).toMatch(/Next run today at 13:00/);
});

tells('activate', async () => {
  expect(wordsOf(reader.part('tr', 'FA-2026-0881'))).toContain('no plan');
  await reader.click('Customers');
  expect(wordsOf(reader.part('tr', FOURNIL))).toContain(' none ');
});

tells('assign', async () => {
  await reader.click(FOURNIL);
  expect(reader.words).toContain(
    'Follow-up plan Assign a follow-up plan to enable automatic follow-up for this customer.',
  );
  await reader.press('Standard follow-up');
  await reader.press('Start gently');
  expect(reader.words).toContain('✔ Standard follow-up');
});

tells('dunned', async () => {
  await reader.live('2026-11-23', '2026-11-23');
  for (const number of ['FA-2026-0873', 'FA-2026-0881', 'FA-2026-0898'])
    expect(await sentAbout(number)).toEqual(['2026-11-23']);
  // Its first step comes five days after the 27th.
  expect(await sentAbout('FA-2026-0918')).toEqual([]);
});

tells('disable', async () => {
  await reader.click('Invoices');
  await reader.click('FA-2026-0918');
  expect(reader.isTicked('Follow-up plan enabled')).toBe(true);
  await reader.press('Save', { 'Follow-up plan enabled': false });
  expect(reader.isTicked('Follow-up plan enabled')).toBe(false);
  await reader.live('2026-11-24', '2026-12-04');
  expect(await sentAbout('FA-2026-0918')).toEqual([]);
  // The others went on to their second step, and nothing left at a weekend.
  expect(await sentAbout('FA-2026-0881')).toEqual(['2026-11-23', '2026-12-03']);
  const days: string[] = await reader.open.db('reminders').where({ state: 'sent' }).distinct().pluck('sent_on');
  expect(days.filter((day) => /11-2[89]$/.test(day))).toEqual([]);
});

tells('bolt', async () => {
  await reader.click('Invoices');
  expect(wordsOf(reader.part('tr', 'FA-2026-0881'))).toContain('⚡ Final notice, ');
  expect(wordsOf(reader.part('tr', 'FA-2026-0918'))).not.toContain('⚡');
  await reader.click('⚡ only');
  expect(reader.rows.some((row) => row.includes('FA-2026-0881'))).toBe(true);
  expect(reader.rows.some((row) => row.includes('FA-2026-0918'))).toBe(false);
});

tells('history', async () => {
  await reader.click('Invoices');
  await reader.click('FA-2026-0918');
  expect(wordsOf(reader.part('section', 'History'))).toContain('Anna Follow-up switched off');
});

tells('sentMail', async () => {
  await reader.click('Invoices');
  await reader.click('FA-2026-0881');
  const history = reader.part('section', 'History');
  expect(wordsOf(history)).toMatch(/Reminder sent.*Reminder sent/);
  const sent = reader.part('li', 'Reminder sent');
  const subject = (/Reminder sent: (.*)$/.exec(wordsOf(sent)) ?? [])[1] ?? '';
  await reader.click(subject.slice(0, 20), sent);
  const letter = await reader.letter('Download as .eml');
  expect(letter.pdfs).toEqual(['FA-2026-0881.pdf']);
  // What the screen shows in its frame is what left.
  const frame = await reader.open.anna.get(`${reader.url}/body`);
  expect(frame.text).toContain('FA-2026-0881');
  expect(letter.html?.replace(/\s+/g, '')).toBe(frame.text.replace(/\s+/g, ''));
});

tells('column', async () => {
  await reader.click('Invoices');
  expect(wordsOf(reader.part('thead', 'Follow-up'))).toContain('Follow-up Next follow-up');
  expect(wordsOf(reader.part('tr', 'FA-2026-0881'))).toContain('Second reminder, Thu 3 Dec');
});

/** Sends what the @ of an invoice proposes, and reads what left. */
async function sendAgain(time: string): ReturnType<Reader['letter']> {
  await reader.click('Invoices');
  await reader.click('E-mail for FA-2026-0881');
  await reader.press(`Send to ${FOURNIL}`);
  await reader.wait('2026-12-04', time);
  await reader.click('Invoices');
  await reader.click('reminder, ', reader.part('tr', 'FA-2026-0881'));
  return reader.letter('Download as .eml');
}

tells('sender', async () => {
  expect((await sendAgain('13:20')).from?.address).toBe('anna@meunier-fils.example');
  await reader.click('Settings');
  await reader.click('Mail account', reader.main);
  await reader.press('Save', { From: 'collect@dunwell.example' });
  expect((await sendAgain('13:21')).from?.address).toBe('collect@dunwell.example');
});

tells('copy', async () => {
  await reader.click('Invoices');
  await reader.click('E-mail for FA-2026-0881');
  await reader.press(`Send to ${FOURNIL}`, { 'Receive a copy': true });
  await reader.wait('2026-12-04', '13:22');
  await reader.click('Invoices');
  await reader.click('reminder, ', reader.part('tr', 'FA-2026-0881'));
  expect(wordsOf(reader.part('section', 'Recipients'))).toContain('Your copy anna@example.test');
  const letter = await reader.letter('Download as .eml');
  expect([...(letter.to ?? []), ...(letter.cc ?? [])].map(({ address }) => address)).not.toContain('anna@example.test');
  expect(letter.bcc ?? []).toEqual([]);
});

tells('reply', async () => {
  const letter = await reader.letter('Download as .eml');
  expect(letter.from?.address).toBe('collect@dunwell.example');
  // Anna's own address, with which she signs in.
  expect(letter.replyTo?.map(({ address }) => address)).toEqual(['anna@example.test']);
});

tells('connect', async () => {
  await reader.click('Settings');
  await reader.click('Mail account', reader.main);
  expect(reader.words).toContain('No mail account is connected.');
  expect(reader.words).toMatch(/SMTP/);
  await reader.press('Save', { From: 'anna@meunier-fils.example' });
  expect((await sendAgain('13:23')).from?.address).toBe('anna@meunier-fils.example');
});

ends();
