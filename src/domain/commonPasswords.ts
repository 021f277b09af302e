/**
 * The passwords that are tried first, in small letters and without figures around them, in the languages of the product.
 * Short ones are here because people lengthen them with figures.
 */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
  `password passwort passworter passwords passw0rd p@ssword p@ssw0rd p4ssw0rd mypassword thepassword yourpassword
  passwordpassword password1password newpassword oldpassword changepassword defaultpassword temporarypassword
  temppassword adminpassword rootpassword userpassword masterpassword secretpassword strongpassword securepassword
  goodpassword correcthorsebatterystaple correct-horse-battery-staple
  admin administrator administrateur amministratore root superuser superadmin sysadmin webmaster manager owner user guest
  test tester testing testtest demo default changeme change-me changeit letmein letmeinnow letmeinplease opensesame
  welcome welcomewelcome welcometo welcomehome bienvenue benvenuto benvenuti bonjour bonjourbonjour ciao ciaociao
  salut hello hellohello helloworld hello-world hola login logmein signin access accesso accessgranted secret topsecret
  private confidential security securite sicurezza qwerty qwertyuiop qwertyqwerty qwerty12345qwerty azerty azertyuiop
  azertyazerty asdf asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx qazwsxedc qazwsxedcrfv 1qaz2wsx3edc 1q2w3e4r5t6y 1q2w3e4r5t
  q1w2e3r4t5y6 zaq12wsx zaq1zaq1zaq1 abc abcd abcdef abcabc abcabcabc aaaaaaaaaaaa abcdefghijkl
  iloveyou iloveyouforever iloveyoubaby iloveyousomuch loveyou lovelove lovely loveme jetaime jetaimejetaime tiamo
  tiamotiamo tiamoamore amore amoremio amoreamore monamour moncoeur princess princesse principessa sunshine soleil sole
  sunshinesunshine football footballfootball baseball basketball soccer calcio juventus inter milan napoli roma lazio
  marseille psg paris parisparis barcelona realmadrid manchester manchesterunited liverpool arsenal chelsea
  dragon monkey shadow master mustang superman batman spiderman pokemon pokemonpokemon starwars startrek minecraft
  fortnite naruto michael jennifer jordan charlie thomas robert daniel jessica ashley nicole andrea francesco alessandro
  giuseppe antonio marie nicolas julien camille chocolate chocolat cioccolato coffee cookie flower fleur summer ete
  spring winter autumn automne hiver printemps estate inverno primavera january janvier gennaio monday lundi lunedi
  motdepasse monmotdepasse motdepassemotdepasse mdp lemotdepasse nouveaumotdepasse lamiapassword miapassword
  passwordsicura parolachiave parolasegreta segreto loulou doudou chouchou coucou coucoucoucou nathalie caroline
  trustno trustnoone trustnobody whatever computer ordinateur internet google facebook microsoft windows apple samsung
  iphone freedom liberte liberta blink killer hunter pepper ginger buster jackson matrix phoenix thunder tigger
  company business office bureau ufficio invoice invoices facture factures fattura fatture payment paiement pagamento
  compta comptabilite contabilita accounting accounts reminder reminders relance relances sollecito dunwell
  dunwelldunwell dunwelladmin azertyqwerty iamtheboss thisismypassword thisisapassword ihatepasswords idontknow
  nopassword nothing fuckyou fuckyoufuckyou asshole bitch merde porcodio cazzo stronzo putain`
    .split(/\s+/)
    .concat('correct horse battery staple'),
);
