const LANGUAGES = ['en', 'fr', 'it', 'de', 'es', 'nl', 'pt', 'pl'];
const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const PAIRS = LETTERS.flatMap((first) => LETTERS.map((second) => first + second));
/** Groups and reserved codes that have a name and are no country. */
const NO_COUNTRY = new Set('AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ'.split(' '));

/** What people write and the Unicode names lack. */
const ALSO: ReadonlyMap<string, string> = new Map(
  `UK GB,Great Britain GB,England GB,Scotland GB,Wales GB,Northern Ireland GB,Grande-Bretagne GB,Angleterre GB,Gran Bretagna GB,Inghilterra GB,
  Großbritannien GB,Gran Bretaña GB,Inglaterra GB,GBR GB,Eire IE,Republic of Ireland IE,IRL IE,USA US,United States of America US,Etats Unis d'Amérique US,
  Stati Uniti d'America US,Vereinigte Staaten von Amerika US,Estados Unidos de América US,EEUU US,EE UU US,RSA ZA,ZAF ZA,Holland NL,Hollande NL,Olanda NL,Holanda NL,The Netherlands NL,NLD NL,
  Czech Republic CZ,République tchèque CZ,Repubblica Ceca CZ,Tschechische Republik CZ,República Checa CZ,CZE CZ,Hong Kong HK,Macao MO,Macau MO,Turkey TR,Turquie TR,Russian Federation RU,
  Korea KR,Republic of Korea KR,Holy See VA,Vatican VA,Ivory Coast CI,Cape Verde CV,Swaziland SZ,Macedonia MK,Burma MM,Viet Nam VN,Moldavie MD,Slovak Republic SK,
  FRA FR,DEU DE,BRD DE,Deutschland DE,ITA IT,ESP ES,PRT PT,BEL BE,LUX LU,CHE CH,AUT AT,POL PL,SWE SE,DNK DK,NOR NO,FIN FI,GRC GR,HUN HU,ROU RO,BGR BG,HRV HR,SVN SI,SVK SK,EST EE,LVA LV,LTU LT,CYP CY,MLT MT,CAN CA,AUS AU,NZL NZ,JPN JP,CHN CN,IND IN,BRA BR,MEX MX`
    .split(',')
    .map((entry) => [wordKey(entry.slice(0, -3)), entry.slice(-2)] as const),
);

function wordKey(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/[^\p{L}]/gu, '');
}

/** A code of today: withdrawn ones, such as DD, have become another. */
function isCountryCode(code: string): boolean {
  return !NO_COUNTRY.has(code) && new Intl.Locale(`und-${code}`).region === code;
}

/** Codes by the code itself and by its name in each of our languages; built when first asked for. */
const COUNTRIES = once(() => names('region', PAIRS.filter(isCountryCode)));
const TONGUES = once(() => names('language', PAIRS.map(lower)));

function once<T>(build: () => T): () => T {
  let built: T | undefined;
  return () => (built ??= build());
}

function names(type: 'region' | 'language', codes: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const language of LANGUAGES) {
    const display = new Intl.DisplayNames([language], { type, fallback: 'none' });
    for (const code of codes) {
      const name = display.of(code);
      if (name) found.set(wordKey(name), code).set(wordKey(code), code);
    }
  }
  return found;
}

const lower = (text: string): string => text.toLowerCase();

/** ISO 3166 code of a country named in one of our languages; null for anything else. */
export function countryOf(text: string): string | null {
  return named(text) ?? named(text.replace(/\(.*/s, '')) ?? null;
}

const named = (text: string): string | undefined => ALSO.get(wordKey(text)) ?? COUNTRIES().get(wordKey(text));

/** ISO 639-1 code of a language given as a code (`fr`, `fr_FR`) or by name; null for anything else. */
export function languageOf(text: string): string | null {
  const [first = ''] = text.trim().split(/[-_(]/);
  return TONGUES().get(wordKey(text)) ?? TONGUES().get(wordKey(first)) ?? null;
}
