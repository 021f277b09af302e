import { sourcesIn } from './sources.ts';

/** The cases from other dunning systems that concern sending, money, answers, and what a message says, by section. */
const SECTIONS: Record<string, string> = {
  'D, double sending': `MW-09 MW-10 MW-12 MW-14 MW-15 MW-16 MW-18 MW-19 MW-22 MW-23 IT-01 IT-02 DO-04 TR-10 OC-04 OC-05 MD-01 MD-02`,
  'E, amounts': `TR-11 TR-12 TR-13 DO-06 OO-01 OO-02 OO-03 OO-04 OO-05 EN-02 EN-03 EN-04 EN-05 EN-06 EN-07 EN-08 MW-24 MW-25 MW-26 OT-01`,
  'F, answers': `MW-27 MW-29 MW-30 OC-07 OT-02 OT-03 OT-04`,
  'G, content and history': `MW-34 MW-36 MW-39 MW-40 MW-41 MW-42 MW-43 MW-44 MW-46 MW-47 MW-48 MW-49 MW-51 MW-52 MW-53 MW-54 IP-01 IP-02 IP-03 IS-01 OC-10 EN-11 DO-07 OB-01`,
};

/** What has no place here, with the reason. */
const INAPPLICABLE: Record<string, string> = {
  'OC-10':
    'a channel that falls back to another would send what the plan does not say: the reminder is blocked and a to-do instead',
  'MW-47': 'fees and interest are a later goal; a letter without them is tested in letters',
  'MW-52':
    'a customer is on one plan of each kind, so no profile has to be chosen per invoice; its own choice is the follow-up switch',
  'MW-53': 'there are owners and colleagues, both of whom may see every customer',
};

const titles = sourcesIn('test', '.test.ts')
  .concat(sourcesIn('src', '.test.ts'))
  .filter(({ file }) => !file.startsWith('test/guards/'));

const isTested = (id: string): boolean => {
  // In a title, or in a table of cases that gives titles: anywhere inside quotation marks on a line of a test.
  const quoted = new RegExp(`['"\`][^'"\`\\n]*\\b${id}\\b|\\b${id}\\b[^'"\`\\n]*['"\`]`);
  return titles.some(({ text }) => text.split('\n').some((line) => !/^\s*(\/\/|\*)/.test(line) && quoted.test(line)));
};

describe.each(Object.entries(SECTIONS))('scenarios of section %s', (_, ids) => {
  test.each(ids.split(' '))('%s has a test that names it, or a reason', (id) => {
    expect([id, isTested(id) || (INAPPLICABLE[id] ?? '') !== '']).toEqual([id, true]);
  });
});

test('no reason is given for what is tested', () => {
  expect(Object.keys(INAPPLICABLE).filter((id) => isTested(id))).toEqual([]);
});
