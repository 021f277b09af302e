import { storyOf } from './article.ts';
import { within, wordsOf } from './page.ts';
import { Reader } from './reader.ts';

const article = {
  collections: 'Tutte le collezioni Cash Collection Reminder e automazioni',
  title: 'Inviare follow-up per i pagamenti in ritardo',
  author: 'Mike Gascon avatar Scritto da Mike Gascon',
  updated: 'Aggiornato oltre una settimana fa',
  remind: 'Vuoi ricordare ai clienti i pagamenti in ritardo? CashCollect fa al caso tuo!',
  first: '1. Inviare un sollecito manuale',
  sign: 'Dalla tua dashboard CashCollect puoi cliccare sulla ✉️ per preparare un follow-up manuale di questa fattura.',
  filled:
    'Una volta cliccato, ti si aprirà una finestra pre-compilata con un modello di invio e le informazioni sulla fattura.',
  personalize: "Puoi personalizzare l'e-ail prima di inviare il follow-up.",
  pdf: "La fattura in formato PDF verrà automaticamente allegata all'e-mail di sollecito.",
  ownTemplate: 'Puoi creare il tuo modello di e-mail da questa finestra.',
  learnTemplate: 'Per saperne di più, consulta questo articolo.',
  second: '2. Follow-up su fatture multiple per un cliente in contemporanea',
  several: 'È possibile seguire uno stesso cliente contemporaneamente per più fatture.',
  tick: 'A tale scopo, seleziona le fatture che si desidera mandare un reminder e, dal menu laterale, selezionare Inviare reminder.',
  sameCustomer: 'Buon a sapersi: il follow-up raggruppato è possibile solo per uno stesso cliente.',
  third: '3. Configurare il follow-up automatico per un cliente',
  automate:
    'Per evitare che le fatture risultino scadute senza che tu intervenga, puoi automatizzare il follow-up dei tuoi clienti.',
  learnAutomatic: 'Scopri come configurare il follow-up automatico in questo articolo.',
  activate: 'Una volta impostato il sollecito, dovresti attivarlo per i clienti desiderati dalla pagina Clienti.',
  assign:
    'Per farlo, clicca su un cliente e, nella barra laterale dei dettagli, spuntate Automatizzazione in sequenza per attivarlo ✔️',
  dunned:
    'Una volta abilitato il sollecito automatico per un cliente, tutte le fatture che rientrano nei criteri configurati nella pagina Automazione verranno sollecitate.',
  disable:
    'È possibile disattivare il sollecito automatico per una determinata fattura nel cruscotto, dal pannello dei dettagli della fattura e quindi deselezionando : Reminder automatici attivati ✔️',
  bolt: 'Buono a sapersi: le fatture interessate dai follow-up automatici sono identificate da un ⚡️ sul cruscotto.',
  fourth: '4. Consultare lo storico dei solleciti',
  history:
    'Nella pagina del cruscotto, nel pannello dei dettagli di una fattura, puoi consultare lo storico delle azioni su questa fattura.',
  sentMail:
    "La cronologia elenca gli ultimi solleciti inviati e, facendo clic sul sollecito in questione, puoi visualizzare l'e-mail inviata.",
  column: "Buono a sapersi: la data dell'ultimo follow-up viene visualizzata nella colonna Reminder.",
  sender: 'Buono a sapersi: Tutte le mail di follow-up vengono inviate tramite collect@agicapcashcollect.com.',
  copy: 'Spuntate la casella: Ricevi una copia per ricevere copie simultaneamente.',
  reply:
    "Qualsiasi risposta al tuo sollecito sarà inviata automaticamente all'indirizzo e-mail associato al tuo account Agicap",
  helpful: 'Hai ricevuto la risposta alla tua domanda?',
} as const;

const heading = 'a heading';
const link = 'a link to another article';
const { tells, ends } = storyOf(article, {
  later: {},
  noPromise: {
    collections: 'where the page stands',
    title: heading,
    author: 'who wrote it, and when',
    updated: 'who wrote it, and when',
    remind: 'a question and an advertisement',
    first: heading,
    learnTemplate: link,
    second: heading,
    several: 'says what the next sentence shows',
    third: heading,
    learnAutomatic: link,
    fourth: heading,
    helpful: 'a question to the reader',
  },
});

const FOURNIL = 'Le Fournil de la Croix-Rousse';

let reader: Reader;
beforeAll(async () => {
  reader = await Reader.of('it');
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

tells('sign', async () => {
  expect(reader.link('Lettera per FA-2026-0895')).toContain('/sending/letter');
  await reader.click('E-mail per FA-2026-0895');
  expect(reader.words).toContain('E-mail a Pasticceria Valli');
});

/** What the frame beside the window shows: the very mail that would leave. */
async function preview(): Promise<string> {
  const frame = within(reader.main).find(({ tag }) => tag === 'iframe');
  return (await reader.open.anna.get(frame?.attributes.src ?? '')).text;
}

tells('filled', async () => {
  expect(reader.words).toMatch(/Oggetto .*FA-2026-0895/);
  expect(reader.words).toMatch(/FA-2026-0895 26 giorni di ritardo 538,40 €/);
  expect(await preview()).toContain('FA-2026-0895');
  // Another template is one click away.
  await reader.press('⚡ Secondo sollecito');
  expect(await preview()).toContain('FA-2026-0895');
});

tells('personalize', async () => {
  const own = {
    Oggetto: 'Due parole su {{invoice.number}}',
    Testo: '<p>Gentile {{contact.name}}, restano {{invoice.outstanding}}.</p>',
  };
  await reader.press('Aggiorna l’anteprima', own);
  expect(await preview()).toMatch(/<p>Gentile Elena Valli, restano 538,40.€\.<\/p>/);
});

tells('pdf', async () => {
  expect(reader.words).toContain('Allegati FA-2026-0895.pdf');
  await reader.press('Invia a Pasticceria Valli');
  expect(reader.toast).toContain('Parte tra 10 secondi');
  await reader.wait('2026-11-23', '10:01');
  await reader.click('Fatture');
  await reader.click('sollecito, ', reader.part('tr', 'FA-2026-0895'));
  const letter = await reader.letter('Scarica come .eml');
  expect(letter.pdfs).toEqual(['FA-2026-0895.pdf']);
  expect(letter.receivers).toEqual(['elena@pasticceria-valli.example']);
  expect(letter.subject).toBe('Due parole su FA-2026-0895');
  expect(letter.text).toContain('538,40');
});

tells('ownTemplate', async () => {
  await reader.click('Fatture');
  await reader.click('E-mail per FA-2026-0895');
  await reader.press('Salva', { Oggetto: 'Il nostro: {{invoice.number}}', 'Nome del modello': 'Il nostro' });
  expect(reader.words).toContain('Salvato come modello «Il nostro».');
  await reader.click('Fatture');
  await reader.click('E-mail per FA-2026-0914');
  await reader.press('Il nostro');
  expect(reader.words).toContain('Il nostro: FA-2026-0914');
});

tells('tick', async () => {
  await reader.click('Fatture');
  await reader.press('Invia un’e-mail', { 'Seleziona FA-2026-0875': true, 'Seleziona FA-2026-0880': true });
  await reader.press('Invia a Rossi Srl');
  await reader.wait('2026-11-23', '10:02');
  await reader.click('Fatture');
  await reader.click('sollecito, ', reader.part('tr', 'FA-2026-0875'));
  const letter = await reader.letter('Scarica come .eml');
  expect(letter.pdfs).toEqual(['FA-2026-0875.pdf', 'FA-2026-0880.pdf']);
  expect(Object.fromEntries(letter.table.map((row) => [row[0], row.at(-1)]))).toMatchObject({
    'FA-2026-0875': '684,00 €',
    'FA-2026-0880': '932,50 €',
  });
});

tells('sameCustomer', async () => {
  await reader.click('Fatture');
  const ticks = { 'Seleziona FA-2026-0875': true, 'Seleziona FA-2026-0895': true };
  await reader.press('Invia un’e-mail', ticks, { status: 422 });
  expect(reader.words).toContain('Un messaggio può andare a un solo cliente, e queste fatture sono di');
});

tells('automate', async () => {
  await reader.turnOnSending({
    settings: 'Impostazioni',
    sending: 'Invio',
    turnOn: 'Attiva…',
    automatic: 'Automatico:',
    confirm: 'Ho letto che cosa invierebbe la prossima esecuzione.',
    button: 'Attiva',
  });
  await reader.click('Fatture');
  expect(wordsOf(reader.page)).toContain('Prossima esecuzione oggi alle 13:00');
});

tells('activate', async () => {
  await reader.click('Clienti');
  expect(wordsOf(reader.part('tr', FOURNIL))).toContain(' nessuno ');
});

tells('assign', async () => {
  await reader.click(FOURNIL);
  expect(reader.words).toContain(
    'Assegna un piano di sollecito per attivare i solleciti automatici per questo cliente.',
  );
  expect(reader.words).toContain('Aggiungi Escalation');
  await reader.press('Tutte le fatture scadute insieme');
  await reader.press('Inizia con delicatezza');
  expect(reader.words).toContain('✔ Tutte le fatture scadute insieme');
});

tells('dunned', async () => {
  await reader.live('2026-11-23', '2026-11-23');
  const numbers = ['FA-2026-0873', 'FA-2026-0881', 'FA-2026-0898'];
  for (const number of numbers) expect(await sentAbout(number)).toEqual(['2026-11-23']);
  await reader.click('Fatture');
  await reader.click('Primo sollecito, ', reader.part('tr', 'FA-2026-0881'));
  // One message for the customer, with all that is late.
  const letter = await reader.letter('Scarica come .eml');
  expect(letter.pdfs.toSorted()).toEqual(numbers.map((number) => `${number}.pdf`));
  expect(Object.fromEntries(letter.table.map((row) => [row[0], row.at(-1)]))).toMatchObject({
    'FA-2026-0873': '312,40 €',
    'FA-2026-0881': '298,75 €',
    'FA-2026-0898': '305,20 €',
  });
});

tells('disable', async () => {
  await reader.click('Fatture');
  await reader.click('FA-2026-0881');
  expect(reader.isTicked('Reminder automatici attivati')).toBe(true);
  await reader.press('Salva', { 'Reminder automatici attivati': false });
  expect(reader.isTicked('Reminder automatici attivati')).toBe(false);
  await reader.live('2026-11-24', '2026-12-04');
  expect(await sentAbout('FA-2026-0881')).toEqual(['2026-11-23']);
  expect((await sentAbout('FA-2026-0873')).length).toBeGreaterThan(1);
  const days: string[] = await reader.open.db('reminders').where({ state: 'sent' }).distinct().pluck('sent_on');
  expect(days.filter((day) => /11-2[89]$/.test(day))).toEqual([]);
});

tells('bolt', async () => {
  await reader.click('Fatture');
  expect(wordsOf(reader.part('tr', 'FA-2026-0873'))).toContain('⚡');
  expect(wordsOf(reader.part('tr', 'FA-2026-0881'))).not.toContain('⚡');
});

tells('history', async () => {
  await reader.click('FA-2026-0881');
  expect(wordsOf(reader.part('section', 'Cronologia'))).toContain('Anna Solleciti disattivati');
});

tells('sentMail', async () => {
  const sent = reader.part('li', 'Sollecito inviato');
  const subject = (/Sollecito inviato: (.*)$/.exec(wordsOf(sent)) ?? [])[1] ?? '';
  await reader.click(subject.slice(0, 20), sent);
  const letter = await reader.letter('Scarica come .eml');
  const frame = await reader.open.anna.get(`${reader.url}/body`);
  expect(letter.html?.replace(/\s+/g, '')).toBe(frame.text.replace(/\s+/g, ''));
});

tells('column', async () => {
  await reader.click('Fatture');
  expect(wordsOf(reader.part('thead', 'Reminder'))).toContain('Reminder Prossimo sollecito');
  expect(wordsOf(reader.part('tr', 'FA-2026-0881'))).toContain('Primo sollecito, lun 23 nov');
});

/** Sends what the @ of an invoice proposes, and reads what left. */
async function sendAgain(time: string): ReturnType<Reader['letter']> {
  await reader.click('Fatture');
  await reader.click('E-mail per FA-2026-0881');
  await reader.press(`Invia a ${FOURNIL}`);
  await reader.wait('2026-12-04', time);
  await reader.click('Fatture');
  await reader.click('sollecito, ', reader.part('tr', 'FA-2026-0881'));
  return reader.letter('Scarica come .eml');
}

tells('sender', async () => {
  await reader.click('Impostazioni');
  await reader.click('Account e-mail', reader.main);
  await reader.press('Salva', { Da: 'collect@dunwell.example' });
  expect((await sendAgain('13:20')).from?.address).toBe('collect@dunwell.example');
});

tells('copy', async () => {
  await reader.click('Fatture');
  await reader.click('E-mail per FA-2026-0881');
  await reader.press(`Invia a ${FOURNIL}`, { 'Ricevi una copia': true });
  await reader.wait('2026-12-04', '13:21');
  await reader.click('Fatture');
  await reader.click('sollecito, ', reader.part('tr', 'FA-2026-0881'));
  expect(wordsOf(reader.part('section', 'Destinatari'))).toContain('La tua copia anna@example.test');
  const letter = await reader.letter('Scarica come .eml');
  expect([...(letter.to ?? []), ...(letter.cc ?? [])].map(({ address }) => address)).not.toContain('anna@example.test');
  expect(letter.bcc ?? []).toEqual([]);
});

tells('reply', async () => {
  const letter = await reader.letter('Scarica come .eml');
  expect(letter.from?.address).toBe('collect@dunwell.example');
  // Anna's own address, with which she signs in.
  expect(letter.replyTo?.map(({ address }) => address)).toEqual(['anna@example.test']);
});

ends();
