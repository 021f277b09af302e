import { JSON_OPTION, type Page } from './page.ts';

/** Who may sign in, and what the program says about itself. */
export const ABOUT: readonly Page[] = [
  {
    name: 'user',
    summary: 'who may sign in: add somebody, give a new password, list everybody',
    forms: ['add EMAIL', 'password EMAIL', 'list'],
    description: `
      For what cannot be done in the app, because nobody can sign in: the first user of a new installation, and a password that
      its owner has forgotten. The first user that is added owns the installation; the next ones are colleagues unless
      \`--owner\` is given. A new password ends all sessions of its user.
    `,
    options: [
      {
        name: 'name',
        argument: 'NAME',
        forms: ['add'],
        meaning: 'What to call the user; else the address before its @.',
      },
      { name: 'owner', forms: ['add'], meaning: 'May also change settings, users and sending.' },
      {
        name: 'language',
        argument: 'CODE',
        forms: ['add'],
        meaning: 'Language of the screens: `en`, `fr` or `it`. Without it, that of the settings.',
      },
      {
        name: 'password-stdin',
        forms: ['add', 'password'],
        meaning: `Take the password from the first line of standard input. Without it a temporary one is made and printed once; its
          user chooses another after signing in.`,
      },
      {
        name: 'drop-second-factor',
        forms: ['password'],
        meaning: 'For a lost telephone: signing in asks for no second step until the user sets up another.',
      },
      { ...JSON_OPTION, forms: ['list'] },
    ],
    output: `The temporary password of \`add\` and \`password\`, alone on its line; the users of \`list\`, one on a line: address,
      name, role.`,
    examples: [
      {
        line: 'dunwell user add anna@meunier.example --name Anna',
        meaning: 'Adds a user and prints a temporary password.',
      },
      {
        line: 'dunwell user password anna@meunier.example --password-stdin < word.txt',
        meaning: 'Sets a password from a file.',
      },
      { line: 'dunwell user list --json', meaning: 'Lists everybody who may sign in.' },
    ],
  },
  {
    name: 'help',
    summary: 'what the commands are, and how one is used',
    forms: ['[COMMAND]'],
    description: `
      Without a command an overview, with one all about it; \`dunwell COMMAND --help\` is the same. It opens no database.
    `,
    options: [
      { name: 'all', meaning: 'The whole manual, with the environment and the files; the same text as docs/cli.md.' },
    ],
    output: 'The text.',
    examples: [
      { line: 'dunwell help import', meaning: 'Prints all about `dunwell import`.' },
      { line: 'dunwell help --all | less', meaning: 'The whole manual, a page at a time.' },
    ],
  },
  {
    name: 'version',
    summary: 'the number of this version; also `dunwell --version`',
    forms: [''],
    description: 'The number follows Semantic Versioning; CHANGELOG.md says what each version changed.',
    options: [],
    output: 'The number.',
    examples: [{ line: 'dunwell --version', meaning: 'Prints the number alone.' }],
  },
  {
    name: 'licences',
    summary: 'the licences of what Dunwell is made with',
    forms: [''],
    description: `
      The packages that the program carries inside, with their licences. The file is made at build; it is refused where there is none,
      from the sources before \`npm run licences\`.
    `,
    options: [],
    output: 'The text of the file.',
    examples: [{ line: 'dunwell licences | less', meaning: 'Shows them a page at a time.' }],
  },
];
