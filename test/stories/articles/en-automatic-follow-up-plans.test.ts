import { storyOf } from './article.ts';
import { wordsOf } from './page.ts';
import { Reader } from './reader.ts';

const article = {
  gain: 'Do you want to gain some time in your dunning process by automating your follow-ups for some of your clients, or all of them ?',
  sequence: 'CashCollect allows you to build an automatic follow-up sequence directly from the Follow up plan page.',
  first: '1. Create your follow up templates',
  templates:
    'To create a dunning plan, the first step you need to take is to create your dunning templates. Here are some detailed articles on the subject:',
  emoji:
    'Tip : Personalize your template name with an emoji to differentiate the templates used in your automations from others',
  second: '2. Create your follow up plans',
  page: 'To create your dunning plans, go to the follow up Plan page, accessible by clicking on the Follow up tab.',
  create: 'Then click on the Create a new plan button. You will be asked to choose between 2 types of dunning:',
  recapIsFor: 'Recapitulative dunning is ideal for companies wishing to send recurring invoice summaries',
  escalationIsFor:
    "Escalation dunning is ideal for customers who wish to send numerous dunning notices depending on the customer's situation (late payment, etc.).",
  summary: 'A. Summary dunning',
  recap: 'To do this, select the Recap option and name your reminder',
  periodicity: 'You will then be able to define the periodicity, the next reminder date, etc.',
  escalation: 'B. Escalation dunning',
  scope:
    'To do this, select the Escalation option, then define whether you wish to dun your customers for each invoice or whether you prefer to dun your customers for all invoices due.',
  steps:
    'Once this is done, name your dunning plan and create your steps, completing the step name, trigger date and template sent to finalize the creation.',
  noPause: 'For your automation sequence to work, it is necessary not to pause dunning plans.',
  third: '3. Manage your dunning plans',
  change:
    'Once your dunning plans have been created and activated, you can also make changes to them by adding steps or deleting those that are no longer relevant.',
  weekdays: 'Good to know: Automatic dunning emails are sent once a day, only on weekdays, around 13:00 CET.',
  activate:
    'Very good to know: For automatic reminders emails to be sent, you need to activate reminders emails for each desired customer from the Customers page.',
} as const;

const heading = 'a heading';
const { tells, ends } = storyOf(article, {
  later: {},
  noPromise: { first: heading, second: heading, summary: heading, escalation: heading, third: heading },
});

let reader: Reader;
beforeAll(async () => {
  reader = await Reader.of('en');
  await reader.go('/');
});
afterAll(() => reader.close());

const sent = async (): Promise<string[]> =>
  reader.open.db('reminders').where({ state: 'sent' }).orderBy('id').pluck('sent_on');

tells('gain', async () => {
  await reader.click('Customers');
  expect(reader.isTicked('Tick all')).toBe(false);
  expect(reader.isTicked('Tick Le Fournil de la Croix-Rousse')).toBe(false);
  const some = { 'Tick Le Fournil de la Croix-Rousse': true, 'Tick Brasserie Keller': true };
  await reader.press('All due invoices together', some);
  expect(reader.words).toMatch(/of these customers have \d+ invoices that are already late/);
  // Only asked: whoever goes back has changed nothing.
  await reader.click('Cancel', reader.main);
  expect(reader.rows.find((row) => row.startsWith('Le Fournil'))).toContain(' none ');
});

tells('sequence', async () => {
  await reader.click('Plans');
  expect(reader.words).toContain('Follow-up plans');
  expect(reader.link('Create a new plan')).toBe('/plans/new');
});

tells('templates', async () => {
  await reader.click('Create a new plan');
  expect(reader.words).toContain('A plan sends templates. Write them first, or use those that are there.');
  await reader.click('Templates', reader.main);
  await reader.click('Create a new template');
  await reader.press('Create the template', { Name: 'Nudge', 'E-mail': true, 'Follow-up of one invoice': true });
  expect(reader.toast).toContain('The template is there, with our words to begin with.');
  await reader.press('Save', { Subject: 'A word about invoice {{invoice.number}}' });
  expect(reader.toast).toContain('saved');
});

tells('emoji', async () => {
  await reader.press('Save', { Name: '⚡ A friendly nudge' });
  await reader.click('Templates');
  expect(wordsOf(reader.part('li', '⚡ A friendly nudge'))).toContain('Not used in any plan');
  await reader.click('Create a new template');
  expect(reader.words).toContain('An emoji, such as ⚡, tells the ones of your automations apart.');
});

tells('page', async () => {
  expect(wordsOf(reader.page)).toMatch(/Follow-up To do (\d+ )?Plans Templates/);
  await reader.click('Plans');
  expect(reader.words).toContain('Follow-up plans');
});

tells('create', async () => {
  await reader.click('Create a new plan');
  expect(reader.words).toMatch(/Which kind of plan\? Recap .* Escalation /);
});

tells('recapIsFor', async () => {
  expect(reader.words).toContain(
    'Recap For customers who are to receive a summary of their invoices at regular intervals.',
  );
});

tells('escalationIsFor', async () => {
  expect(reader.words).toMatch(/Escalation For customers who are to be reminded step by step.* by how late they are\./);
});

tells('recap', async () => {
  await reader.click('Recap', reader.main);
  await reader.press('Create the plan', { 'Name of the plan': '' }, { status: 422 });
  expect(reader.words).toContain('This is needed.');
  await reader.press('Create the plan', {
    'Name of the plan': 'Fortnightly recap',
    Every: '2',
    Unit: 'weeks',
    'Date of the next follow-up (start)': '2026-12-01',
    'Also invoices not yet due': true,
  });
  expect(reader.words).toContain('Fortnightly recap');
});

tells('periodicity', async () => {
  expect(reader.words).toContain('The next dates: Tue 1 Dec, Tue 15 Dec');
  await reader.click('Change');
  await reader.press('Save', { Every: '1', Unit: 'months', 'First follow-up (start)': '2026-12-02' });
  expect(reader.toast).toContain('The next summary is now for 2 December 2026.');
  expect(reader.words).toContain('The next dates: Wed 2 Dec');
});

tells('scope', async () => {
  await reader.click('Plans');
  await reader.click('Create a new plan');
  await reader.click('Escalation', reader.main);
  expect(reader.words).toMatch(/Follow up for what\? For each invoice .* For all invoices due /);
  await reader.click('For each invoice');
});

tells('steps', async () => {
  await reader.press('Add a step', {
    'Name of the plan': 'Spring',
    'Name of the step': 'Nudge',
    Days: '4',
    'counted from': 'days after the due date',
    Template: '⚡ A friendly nudge',
  });
  await reader.press('Create the plan', {
    'Name of the step #2': 'Firm word',
    'Days #2': '12',
    'counted from #2': 'days after the due date',
    'Template #2': '⚡ Second reminder',
  });
  expect(reader.toast).toContain('The plan is ready. Now put customers on it.');
  expect(reader.words).toContain('4 days after the due date, send the e-mail ⚡ A friendly nudge automatically');
  expect(reader.words).toContain('12 days after the due date, send the e-mail ⚡ Second reminder automatically');
});

tells('noPause', async () => {
  await reader.press('Pause', { 'Reason (optional)': 'Stocktaking' });
  expect(reader.words).toContain('For your follow-up to run by itself, plans must not be paused.');
  await reader.click('Resume…', reader.main);
  expect(reader.words).toContain('It simply goes on.');
  await reader.press('Resume the plan');
  expect(reader.words).toContain('Spring running');
});

tells('change', async () => {
  await reader.click('Add a step');
  await reader.press('Save the step', { 'Name of the step': 'Last word', Days: '30', Template: '⚡ Final notice' });
  expect(reader.words).toContain('30 days after the due date, send the e-mail ⚡ Final notice automatically');
  await reader.click('Edit Firm word');
  await reader.press('Delete the step');
  expect(reader.toast).toContain('The step is deleted.');
  expect(reader.words).not.toContain('12 days after the due date');
});

tells('weekdays', async () => {
  expect(reader.words).toContain('Reminders leave by themselves once a day, on sending days only, around 13:00.');
  await reader.turnOnSending({
    settings: 'Settings',
    sending: 'Sending',
    turnOn: 'Turn on…',
    automatic: 'Automatic:',
    confirm: 'I have read what the next run would send.',
    button: 'Turn on',
  });
  await reader.wait('2026-11-23', '12:59');
  expect(await sent()).toEqual([]);
  await reader.wait('2026-11-23', '13:00', '13:10');
  const first = (await sent()).length;
  expect(first).toBeGreaterThan(5);
  await reader.wait('2026-11-23', '14:00', '17:00');
  expect(await sent()).toHaveLength(first);
  await reader.live('2026-11-24', '2026-11-27');
  const friday = (await sent()).length;
  await reader.wait('2026-11-28', '13:00', '13:10');
  await reader.wait('2026-11-29', '13:00', '13:10');
  expect(await sent()).toHaveLength(friday);
  await reader.wait('2026-11-30', '10:00');
  await reader.click('Runs');
  expect(reader.words).not.toMatch(/2[89] Nov/);
});

tells('activate', async () => {
  await reader.click('Customers');
  await reader.click('Le Fournil de la Croix-Rousse');
  expect(reader.words).toContain('Assign a follow-up plan to enable automatic follow-up for this customer.');
  // Without it nothing has left, however late the invoices are.
  expect(reader.words).not.toContain('Reminder sent');
  await reader.press('Spring');
  expect(reader.words).toMatch(/Le Fournil de la Croix-Rousse has \d invoices that are already late\./);
  await reader.press('Start gently');
  expect(reader.words).toContain('✔ Spring Escalation');
  await reader.click('Invoices');
  expect(wordsOf(reader.part('tr', 'FA-2026-0898'))).toContain('⚡ Nudge, Mon 30 Nov');

  await reader.wait('2026-11-30', '13:00', '13:10');
  await reader.click('Invoices');
  const row = reader.part('tr', 'FA-2026-0898');
  await reader.click('Nudge, ', row);
  expect(reader.words).toContain('A word about invoice FA-2026-0898');
  const letter = await reader.letter('Download as .eml');
  expect(letter.subject).toBe('A word about invoice FA-2026-0898');
  expect(letter.receivers).toEqual(['yann@fournil-croix-rousse.example']);
  expect(letter.pdfs).toEqual(['FA-2026-0898.pdf']);
  expect(letter.text).toContain('€305.20');
});

ends();
