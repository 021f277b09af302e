import { storyOf } from './article.ts';
import { wordsOf } from './page.ts';
import { Reader } from './reader.ts';

const article = {
  title: 'Relances de factures groupées',
  prefer: 'Vous préférez envoyer une seule relance pour toutes les factures de chacun de vos clients ?',
  offers: 'CashCollect vous offre plusieurs fonctionnalités pour le faire',
  author: 'Grace Kignima avatar Écrit par Grace Kignima',
  updated: 'Mis à jour il y a plus d’une semaine',
  several: 'Avez-vous parfois plusieurs factures pour un même client ?',
  avoid:
    "Vous devez envoyer des rappels de paiement tardif, mais vous voulez éviter d'envoyer un courriel pour chaque facture, car cela prend du temps et constitue une mauvaise expérience pour votre client Nous avons pensé à vous et avons développé le suivi groupé et les automatisations récurrentes.",
  one: "1/ Envoyer un mail groupé pour toutes les factures d'un même client",
  needed: 'Pour ce faire, il vous faut avoir un modèle de relance dédié aux relances groupé.',
  easy: "Si vous n'en avez pas, il est facile d'en créer un. Voici les étapes pour le faire :",
  hover: "Passer votre souris sur l'onglet Relance puis cliquer sur Modèle de relance",
  create: 'Cliquer sur le bouton Créer un nouveau modèle et nommez le',
  type: 'Cliquer ensuite sur Relance groupée comme Type de relance',
  tick: "Lorsque votre modèle est créé, vous pouvez vous rendre dans l'onglet Factures clients, sélectionner plusieurs factures d'un même client et cliquer sur Envoyer un email",
  single: 'Dès lors, vous pourrez envoyer un seul courriel de rappel pour toutes les factures de ce client.',
  table:
    'Dans le corps du mail se trouvera un tableau récapitulatif des factures à payer ainsi que les montants restants pour chacune d’entre elles.',
  attached: 'En pièces jointes, le client pourra retrouver les documents PDF de chaque facture.',
  two: "2/ Automatisez l'envoie des relances groupées à vos clients lorsqu'ils ont plusieurs factures",
  useful:
    "L'automatisation des relances de facture peut vous être très utile pour éviter l'envoi manuel mais aussi l'envoi de relances unitaires qui pourrait spammer votre client.",
  asAbove: "Tout d'abord, vous devez avoir créé un modèle d'e-mail de suivi groupé, comme indiqué ci-dessus.",
  recurring: 'Lorsque votre modèle de relance est créé, Il va falloir créer une relance récurrente. Pour ce faire :',
  tab: "Depuis l'onglet Relance, cliquer sur Automatisation",
  kind: 'Cliquer ensuite sur Créer une nouvelle automatisation, et sélectionner Automatisation récurrente',
  define: 'Vous pouvez dès lors définir :',
  period: 'la périodicité (tous les mois, toutes les X semaines...)',
  start:
    'La date du prochain suivi qui est la date de début et qui définit quand le premier et les autres seront envoyés.',
  recipients: 'le ou les destinataire(s)',
  scope:
    "Le champ d'application pour décider s'il doit inclure uniquement les factures en retard ou également les factures non échues dans le résumé.",
  credits: "L'ajout des factures d'avoirs",
  template: 'le modèle de relance à utiliser',
  associate: 'Enfin, vous devez associer vos clients à cette relance automatique créée :',
  customers: "Depuis l'onglet Clients, sélectionnant le(s) client(s),",
  add: 'Cliquer sur le + Ajouter puis sur Automatisation récurrente',
  choose: "Sélectionner l'automatisation que vous avez créé",
  done: 'Bravo, vous avez terminé le paramétrage de vos relances groupées !',
  receive:
    'Les clients que vous avez inscrits ne recevront pas de rappel pour chaque facture, mais ils recevront un résumé exhaustif de toutes les factures ouvertes de manière périodique et récurrente.',
  chat: "Bon à savoir : Si vous avez des questions, n'hésitez pas à nous contacter sur le tchat, nous vous aiderons avec plaisir !",
  helpful: 'Avez-vous trouvé la réponse à votre question ?',
} as const;

const heading = 'a heading';
const question = 'a question to the reader';
const { tells, ends } = storyOf(article, {
  later: {},
  noPromise: {
    title: heading,
    prefer: question,
    offers: 'announces what follows',
    author: 'who wrote it, and when',
    updated: 'who wrote it, and when',
    several: question,
    avoid: 'the reason for what follows',
    one: heading,
    easy: 'announces the steps that follow',
    two: heading,
    useful: 'the reason for what follows',
    recurring: 'announces the steps that follow',
    define: 'announces the list that follows',
    associate: 'announces the steps that follow',
    done: 'congratulations',
    chat: 'the chat of another maker',
    helpful: question,
  },
});

const FOURNIL = ['FA-2026-0873', 'FA-2026-0881', 'FA-2026-0898'];

let reader: Reader;
beforeAll(async () => {
  reader = await Reader.of('fr');
  await reader.go('/');
});
afterAll(() => reader.close());

/** What left to a customer: the plan's kind (or by hand), and how many invoices. */
const lettersTo = async (name: string): Promise<{ origin: string; sent_on: string; invoices: number }[]> =>
  reader.open
    .db('reminders as r')
    .join('customers as c', 'c.id', 'r.customer_id')
    .join('reminder_invoices as ri', 'ri.reminder_id', 'r.id')
    .where({ 'c.name': name, 'r.state': 'sent' })
    .groupBy('r.id')
    .orderBy('r.id')
    .select('r.origin', 'r.sent_on')
    .count({ invoices: '*' }) as never;

tells('needed', async () => {
  await reader.click('Modèles');
  expect(wordsOf(reader.part('li', 'E-mail récapitulatif'))).toContain('Relance groupée');
});

tells('hover', async () => {
  expect(wordsOf(reader.page)).toMatch(/Relances À faire (\d+ )?Plans de relance Modèles/);
  await reader.click('Modèles');
  expect(reader.url).toBe('/templates');
});

tells('create', async () => {
  await reader.click('Créer un nouveau modèle');
  await reader.press('Créer le modèle', { Nom: '' }, { status: 422 });
  expect(reader.words).toContain('Ce champ est nécessaire.');
});

tells('type', async () => {
  expect(reader.words).toContain('Type de relance');
  await reader.press('Créer le modèle', { Nom: '⚡ Relance de toutes vos factures', 'Relance groupée': true });
  expect(reader.toast).toContain('Le modèle est créé');
  await reader.press('Enregistrer', { Objet: 'Vos factures ouvertes' });
});

tells('tick', async () => {
  await reader.click('Factures');
  const ticks = Object.fromEntries(FOURNIL.map((number) => [`Cocher ${number}`, true]));
  await reader.press('Envoyer un email', ticks);
  expect(reader.words).toContain('E-mail à Le Fournil de la Croix-Rousse');
  await reader.press('⚡ Relance de toutes vos factures');
  for (const number of FOURNIL) expect(reader.words).toContain(`${number}.pdf`);
});

tells('single', async () => {
  await reader.press('Envoyer à Le Fournil de la Croix-Rousse');
  expect(reader.toast).toContain('Départ dans 10 secondes');
  await reader.wait('2026-11-23', '10:01');
  expect(await lettersTo('Le Fournil de la Croix-Rousse')).toEqual([
    { origin: 'manual', sent_on: '2026-11-23', invoices: 3 },
  ]);
});

tells('table', async () => {
  await reader.click('Factures');
  await reader.click('relance, ', reader.part('tr', 'FA-2026-0881'));
  const { table, subject } = await reader.letter('Télécharger en .eml');
  expect(subject).toBe('Vos factures ouvertes');
  const amounts = Object.fromEntries(table.map((row) => [row[0], row.at(-1)]));
  expect(amounts).toMatchObject({
    'FA-2026-0873': '312,40 €',
    'FA-2026-0881': '298,75 €',
    'FA-2026-0898': '305,20 €',
  });
});

tells('attached', async () => {
  const { pdfs, receivers } = await reader.letter('Télécharger en .eml');
  expect(pdfs.toSorted()).toEqual(FOURNIL.map((number) => `${number}.pdf`));
  expect(receivers).toEqual(['yann@fournil-croix-rousse.example']);
});

tells('asAbove', async () => {
  await reader.click('Modèles');
  expect(wordsOf(reader.part('li', '⚡ Relance de toutes vos factures'))).toContain('Relance groupée');
});

tells('tab', async () => {
  await reader.click('Plans de relance');
  expect(reader.words).toContain('Plans de relance');
});

tells('kind', async () => {
  await reader.click('Créer un nouveau plan');
  await reader.click('Récapitulatif', reader.main);
  expect(reader.words).toContain('Nouveau récapitulatif');
});

tells('period', async () => {
  expect(reader.words).toContain('Périodicité');
  expect(reader.options('Unité')).toEqual(['jours', 'semaines', 'mois']);
});

tells('start', async () => {
  expect(reader.words).toContain('Date du prochain suivi (début)');
  expect(reader.words).toContain('Les suivants sont comptés depuis ce jour.');
});

tells('recipients', async () => {
  expect(reader.isTicked('Les contacts de relance du client')).toBe(true);
  expect(reader.isTicked('Des contacts selon leur rôle')).toBe(false);
  expect(reader.isTicked('comptabilité')).toBe(false);
});

tells('scope', async () => {
  expect(reader.words).toContain('Champ d’application');
  expect(reader.isTicked('Factures en retard seulement')).toBe(true);
  expect(reader.isTicked('Aussi les factures non échues')).toBe(false);
});

tells('credits', async () => {
  expect(reader.isTicked('Ajouter les factures d’avoir')).toBe(false);
});

tells('template', async () => {
  expect(reader.options('Modèle de relance à utiliser')).toContain('⚡ Relance de toutes vos factures');
  // The 28th is a Saturday: it goes on Monday, and moves none of the others.
  await reader.press('Créer le plan', {
    'Nom du plan': 'Toutes les deux semaines',
    'Tous les': '2',
    Unité: 'semaines',
    'Date du prochain suivi (début)': '2026-11-28',
    'Aussi les factures non échues': true,
    'Ajouter les factures d’avoir': true,
    'Modèle de relance à utiliser': '⚡ Relance de toutes vos factures',
  });
  expect(reader.words).toContain('Les prochaines dates : lun. 30 nov., lun. 14 déc., lun. 28 déc.');
});

tells('customers', async () => {
  await reader.click('Clients');
  expect(reader.isTicked('Cocher Le Fournil de la Croix-Rousse')).toBe(false);
});

tells('add', async () => {
  expect(reader.words).toMatch(/Ajouter Escalade .* Récapitulatif .*Toutes les deux semaines/);
});

tells('choose', async () => {
  await reader.press('Toutes les deux semaines', {
    'Cocher Le Fournil de la Croix-Rousse': true,
    'Cocher Les Tables du Parc SAS': true,
  });
  expect(reader.toast).toContain('2 clients suivent désormais « Toutes les deux semaines ».');
  expect(wordsOf(reader.part('tr', 'Le Fournil'))).toContain('Toutes les deux semaines');
});

tells('receive', async () => {
  await reader.turnOnSending({
    settings: 'Réglages',
    sending: 'Envoi',
    turnOn: 'Activer…',
    automatic: 'Automatique :',
    confirm: 'J’ai lu ce que le prochain passage enverrait.',
    button: 'Activer',
  });
  await reader.live('2026-11-23', '2026-12-15');
  const [, ...later] = await lettersTo('Le Fournil de la Croix-Rousse');
  expect(later).toEqual([
    { origin: 'run', sent_on: '2026-11-30', invoices: 4 },
    { origin: 'run', sent_on: '2026-12-14', invoices: 4 },
  ]);
  const toParc = await lettersTo('Les Tables du Parc SAS');
  expect(toParc.map(({ sent_on: day, invoices }) => [day, invoices])).toEqual([
    ['2026-11-30', 3],
    ['2026-12-14', 3],
  ]);
  await reader.click('Clients');
  await reader.click('Les Tables du Parc SAS');
  await reader.click('Vos factures ouvertes', reader.main);
  const letter = await reader.letter('Télécharger en .eml');
  const amounts = Object.fromEntries(letter.table.map((row) => [row[0], row.at(-1)]));
  // Overdue, not yet due, and a credit note with its sign.
  expect(amounts).toMatchObject({
    'FA-2026-0888': '1 360,60 €',
    'FA-2026-0909': '1 388,00 €',
    'FA-2026-0923': '1 455,25 €',
    'Avoir AV-2026-0044': '-96,00 €',
  });
  expect(letter.pdfs.toSorted()).toEqual(['FA-2026-0888.pdf', 'FA-2026-0909.pdf', 'FA-2026-0923.pdf']);
});

ends();
