import { storyOf } from './article.ts';
import { wordsOf } from './page.ts';
import { Reader } from './reader.ts';

const article = {
  gain: 'Vous souhaitez gagner du temps en automatisant vos relances pour certains de vos clients, ou pour tous ?',
  sequence:
    'CashCollect vous permet de construire une séquence de relance automatique directement depuis la page Plan de relance.',
  first: "1. Créer un modèle d'email personnalisé",
  templates:
    "Pour créer un plan de relance, la première étape qu'il vous faut réaliser est de créer vos modèles de relances. Pour ce faire, voici des articles détaillés sur le sujet :",
  emoji:
    'Conseil : Personnalisez le nom de votre modèle avec un émoji pour différencier les modèles utilisés dans vos automatisations des autres',
  second: '2. Créer un ou plusieurs plans de relance',
  page: 'Pour créer vos plans de relances, aller sur la page Plan de relance accessible en cliquant sur le bouton Relances de Cashcollect.',
  create: 'Cliquer ensuite sur le bouton Créer un nouveau plan. Vous aurez à faire un choix entre 2 types de relance :',
  recapIsFor:
    'La relance récapitulative est idéale pour les entreprises qui envoient de manière récurrente un récapitulatif des factures de leurs clients.',
  escalationIsFor:
    'La relance par escalade est idéale pour les clients qui souhaitent envoyer de nombreuses relances en fonction de la situation du client (retard, etc...)',
  summary: 'Les relances récapitulatives',
  recap: "Pour ce faire, choisissez l'option Recapitulatif et nommer votre relance",
  periodicity: 'Dès lors, vous pourrez définir la périodicité, la date des prochaines relances, etc..',
  escalation: 'Les relances en escalade',
  scope:
    "Pour ce faire, choisissez l'option Escalade, dès cet instant, définissez si vous souhaitez relancer vos clients pour chacune de leur facture ou si vous souhaitez préférer relancer vos clients pour toutes les factures dues.",
  steps:
    "Dès lors que c'est fait, nommer votre plan de relance et créer vos étapes en complétant ensuite le nom de l'étape, la date de déclenchement et le modèle envoyé pour finaliser la création.",
  noPause:
    "Pour que votre séquence d'automatisation fonctionne, il est nécessaire de ne pas mettre en pause les plans de relances.",
  third: '3. Gérer vos plans de relances',
  change:
    'Une fois vos plans de relances créées et activées, vous pouvez également y apporter des modifications en rajoutant des étapes ou en supprimant les étapes qui ne sont plus pertinentes.',
  weekdays:
    'Bon à savoir : Les e-mails de relances automatique sont envoyés une fois par jour, uniquement en semaine, aux alentours de 13h00 CET.',
  activate:
    'Très bon à savoir : Pour que les relances automatiques soient envoyées, il faut activer les relances pour chaque client souhaité depuis la page Clients.',
} as const;

const heading = 'a heading';
const { tells, ends } = storyOf(article, {
  later: {},
  noPromise: { first: heading, second: heading, summary: heading, escalation: heading, third: heading },
});

let reader: Reader;
beforeAll(async () => {
  reader = await Reader.of('fr');
  await reader.go('/');
});
afterAll(() => reader.close());

const sentTo = async (name: string): Promise<string[]> =>
  reader.open
    .db('reminders as r')
    .join('customers as c', 'c.id', 'r.customer_id')
    .where({ 'c.name': name, 'r.state': 'sent' })
    .orderBy('r.id')
    .pluck('r.sent_on');

tells('gain', async () => {
  await reader.click('Clients');
  expect(reader.isTicked('Tout cocher')).toBe(false);
  await reader.press('Relance standard', {
    'Cocher Le Fournil de la Croix-Rousse': true,
    'Cocher Brasserie Keller': true,
  });
  expect(reader.words).toContain('Commencer en douceur');
  await reader.click('Annuler', reader.main);
  expect(wordsOf(reader.part('tr', 'Le Fournil'))).toContain(' aucun ');
});

tells('sequence', async () => {
  await reader.click('Plans de relance');
  expect(reader.link('Créer un nouveau plan')).toBe('/plans/new');
});

tells('templates', async () => {
  await reader.click('Créer un nouveau plan');
  expect(reader.words).toContain('Un plan envoie des modèles. Créez-les d’abord, ou utilisez ceux qui existent.');
  await reader.click('Modèles', reader.main);
  await reader.click('Créer un nouveau modèle');
  await reader.press('Créer le modèle', { Nom: 'Rappel groupé', 'Relance groupée': true });
  await reader.press('Enregistrer', { Objet: 'Vos factures en retard' });
  expect(reader.toast).toContain('Le modèle est enregistré.');
});

tells('emoji', async () => {
  await reader.press('Enregistrer', { Nom: '⚡ Rappel groupé' });
  await reader.click('Modèles');
  expect(reader.words).toContain('⚡ Rappel groupé');
  await reader.click('Créer un nouveau modèle');
  expect(reader.words).toContain('Un émoji, comme ⚡, distingue ceux de vos automatisations.');
});

tells('page', async () => {
  expect(wordsOf(reader.page)).toMatch(/Relances À faire (\d+ )?Plans de relance/);
  await reader.click('Plans de relance');
  expect(reader.words).toContain('Plans de relance');
});

tells('create', async () => {
  await reader.click('Créer un nouveau plan');
  expect(reader.words).toMatch(/Quel type de plan \? Récapitulatif .* Escalade /);
});

tells('recapIsFor', async () => {
  expect(reader.words).toContain('Pour envoyer de manière récurrente à un client un récapitulatif de ses factures.');
});

tells('escalationIsFor', async () => {
  expect(reader.words).toMatch(/Pour relancer un client étape par étape, .* selon son retard\./);
});

tells('recap', async () => {
  await reader.click('Récapitulatif', reader.main);
  await reader.press('Créer le plan', {
    'Nom du plan': 'Point mensuel',
    'Tous les': '1',
    Unité: 'mois',
    'Date du prochain suivi (début)': '2026-12-31',
  });
  expect(reader.words).toContain('Point mensuel actif');
});

tells('periodicity', async () => {
  // The last day of the month comes back after February.
  expect(reader.words).toContain('Les prochaines dates : jeu. 31 déc.');
  await reader.click('Modifier', reader.main);
  await reader.press('Enregistrer', { 'Tous les': '3', Unité: 'semaines', 'Premier suivi (début)': '2026-12-02' });
  expect(reader.toast).toContain('Le prochain récapitulatif est désormais pour le 2 décembre 2026.');
  expect(reader.words).toContain('mer. 2 déc., mer. 23 déc.');
});

tells('scope', async () => {
  await reader.click('Plans de relance');
  await reader.click('Créer un nouveau plan');
  await reader.click('Escalade', reader.main);
  expect(reader.words).toMatch(/Pour chaque facture .* Pour toutes les factures dues /);
  await reader.click('Pour toutes les factures dues');
});

tells('steps', async () => {
  await reader.press('Ajouter une étape', {
    'Nom du plan': 'Tout ensemble',
    'Nom de l’étape': 'Rappel',
    Jours: '5',
    'à compter de': 'jours après l’échéance',
    Modèle: '⚡ Rappel groupé',
  });
  await reader.press('Créer le plan', {
    'Nom de l’étape #2': 'Dernier mot',
    'Jours #2': '60',
    'à compter de #2': 'jours après l’échéance',
    'Modèle #2': '⚡ Toutes les factures dues : dernier rappel',
  });
  expect(reader.toast).toContain('Le plan est prêt. Affectez-y maintenant des clients.');
  expect(reader.words).toContain('5 jours après l’échéance, envoyer l’e-mail ⚡ Rappel groupé automatiquement');
});

tells('noPause', async () => {
  await reader.press('Mettre en pause');
  expect(reader.words).toContain('Pour que la relance automatique fonctionne, les plans ne doivent pas être en pause.');
  await reader.click('Reprendre…', reader.main);
  await reader.press('Reprendre le plan');
  expect(reader.words).toContain('Tout ensemble actif');
});

tells('change', async () => {
  await reader.click('Ajouter une étape');
  await reader.press('Enregistrer l’étape', {
    'Nom de l’étape': 'Deuxième rappel',
    Jours: '20',
    Modèle: '⚡ Rappel groupé',
  });
  expect(reader.words).toContain('20 jours après l’échéance');
  await reader.click('Modifier Dernier mot');
  await reader.press('Supprimer l’étape');
  expect(reader.toast).toContain('L’étape est supprimée.');
  expect(reader.words).not.toContain('60 jours après l’échéance');
});

tells('weekdays', async () => {
  expect(reader.words).toContain('une fois par jour, les jours d’envoi seulement, vers 13:00');
  await reader.turnOnSending({
    settings: 'Réglages',
    sending: 'Envoi',
    turnOn: 'Activer…',
    automatic: 'Automatique :',
    confirm: 'J’ai lu ce que le prochain passage enverrait.',
    button: 'Activer',
  });
  await reader.wait('2026-11-27', '12:59');
  expect(await reader.open.db('runs')).toEqual([]);
  await reader.wait('2026-11-27', '13:00', '13:10', '15:00');
  expect(await reader.open.db('runs').pluck('day')).toEqual(['2026-11-27']);
  expect(await sentTo('Boulangerie Martin')).toContain('2026-11-27');
  await reader.wait('2026-11-28', '13:00');
  await reader.wait('2026-11-29', '13:00');
  expect(await reader.open.db('runs').pluck('day')).toEqual(['2026-11-27']);
  await reader.wait('2026-11-30', '10:00');
});

tells('activate', async () => {
  await reader.click('Clients');
  await reader.click('Le Fournil de la Croix-Rousse');
  expect(reader.words).toContain('Affectez un plan de relance pour activer les relances automatiques de ce client.');
  expect(await sentTo('Le Fournil de la Croix-Rousse')).toEqual([]);
  await reader.press('Tout ensemble');
  await reader.press('Commencer en douceur');
  expect(reader.words).toContain('✔ Tout ensemble');
  await reader.wait('2026-11-30', '13:00', '13:10');
  await reader.wait('2026-12-01', '13:00', '13:10');
  expect(await sentTo('Le Fournil de la Croix-Rousse')).toEqual(['2026-11-30']);
  await reader.click('Factures');
  await reader.click('Rappel, ', reader.part('tr', 'FA-2026-0881'));
  const letter = await reader.letter('Télécharger en .eml');
  expect(letter.subject).toBe('Vos factures en retard');
  const numbers = ['FA-2026-0873', 'FA-2026-0881', 'FA-2026-0898', 'FA-2026-0918'];
  expect(letter.pdfs.toSorted()).toEqual(numbers.map((number) => `${number}.pdf`));
  for (const number of numbers) expect(letter.table.map(([first]) => first)).toContain(number);
});

ends();
