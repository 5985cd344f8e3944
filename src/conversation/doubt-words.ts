import { ALWAYS, DAY } from './date-words.ts'
import { isPair, matchKey } from '../script/match-key.ts'

/**
 * By language, words that make a day beside them doubtful: they deny it, exclude it, make it one of several, or speak of an earlier day.
 * An entry of several words matches exactly these.
 */
const DOUBTS: Readonly<Record<string, string>> = {
  en: `not|no|cant|cannot|dont|doesnt|didnt|wont|isnt|wouldnt|never|impossible|unavailable|unable|busy|except|excluding|instead|
    anything but|any day but|day but|every|each|last|previous|ago|eve|good ${DAY}|black ${DAY}|easter|pentecost|holy|whit|otherwise|
    cancel|rather than|other than|day before|day after|night before|later|
    weekend|tell you|let you know|let me know|get back to|decide|think about|find out|ask me|ask my|check with|remind me|
    earlier than|sooner than|next to ${DAY}|next to the ${DAY}|next to next|day from ${DAY}|${DAY} following|ash ${DAY}|palm ${DAY}|maundy|before christmas|after christmas|between christmas|im away|fully booked|worst`,
  de: `nein|nicht|nie|niemals|kein|keine|keinen|keinem|außer|ausser|ausgenommen|statt|anstatt|unmöglich|jeden|jeder|jede|jedem|letzten|letzter|letzte|
    letztem|vorigen|voriger|vergangenen|übernächsten|übernächster|vortag|vorabend|ostern|pfingsten|absagen|verhindert|schlecht|
    davor|danach|vorher|nachher|später|wochenende|kw|kalenderwoche|bescheid|melde mich|überlege|überlegen|entscheide|entscheiden|frag mich|kläre|klären|
    früher als|eher als|darauf|drauf|nacht auf|nacht zu|nacht zum|weißer ${DAY}|belegt|verplant|ausgebucht|ungünstig|ungern|fällt aus|bin ich weg|ich weg bin|zwischen weihnachten`,
  es: `no|nunca|jamás|ningún|tampoco|excepto|salvo|menos|imposible|cada|todos|pasado|último|anterior|víspera|santo|siguiente|aviso|te digo|le digo|confirmo|decido|
    en ocho|en quince|sino|otro ${DAY}|los ${DAY}|ceniza|ramos|resurrección|más tarde ${DAY}|más tarde que|entre navidad`,
  fr: `pas|non|jamais|aucun|sauf|excepté|hormis|impossible|chaque|tous|dernier|précédent|lendemain|veille|saint|pâques|pentecôte|en huit|en quinze|
    plutôt que|d avant|d après|suivant|dirai|vous dis|te dis|réfléchir|rappelle|décide|
    sur deux|gras|cendres|ascension|rameaux|plus tôt que|plus tard que|entre noël`,
  it: `non|no|mai|nessun|tranne|eccetto|salvo|impossibile|ogni|tutti|scorso|ultimo|passato|precedente|vigilia|santo|a otto|invece|seguente|successivo|faccio sapere|decido|
    ceneri|palme|grasso|più tardi ${DAY}|più tardi di|tra natale|fra natale`,
  pt: `não|nunca|jamais|nenhum|exceto|menos|salvo|impossível|cada|todas|todos|passada|passado|última|último|anterior|véspera|santa|a oito|seguinte|aviso|decido|
    toda|a quinze|segunda ${DAY}|cinzas|gorda|ramos|sem ser|tirando|entre natal|entre o natal`,
  nl: `nee|niet|nooit|geen|behalve|uitgezonderd|onmogelijk|elke|iedere|vorige|afgelopen|laatste|goede ${DAY}|pasen|
    erop|daarna|witte ${DAY}|om de ${DAY}|later dan|eerder dan|ben ik weg|tussen kerst|tussen kerstmis`,
  pl: `nie|nigdy|żaden|żadna|oprócz|prócz|każdy|każda|każdą|zeszły|zeszłą|ubiegły|ubiegłą|minioną|ostatni|ostatnią|poprzedni|poprzednią|wielki|wielką|zamiast|odpada`,
  cs: `ne|není|nemůžu|nemohu|nehodí|nejde|nikdy|kromě|mimo|každý|každou|minulý|minulou|poslední|velký|velikonoční|místo|jiný|jinou|bílá|bílou`,
  ru: `не|нет|никогда|кроме|каждый|каждую|каждое|прошлый|прошлую|прошлое|последний|последнюю|последнее|нельзя|вместо|другой|другую|другое|страстную|великую|чистый|неделю после`,
  uk: `не|ні|ніколи|крім|окрім|кожен|кожну|кожної|минулий|минулу|минулої|останній|останню|останню|замість|інший|іншу|іншої|страсну|велику|чистий`,
  sv: `inte|ej|aldrig|ingen|utom|omöjligt|varje|förra|sista|senaste`,
  da: `ikke|aldrig|ingen|undtagen|umuligt|hver|sidste|forrige`,
  nb: `ikke|aldri|ingen|unntatt|umulig|hver|siste|forrige`,
  ro: `nu|niciodată|afară|exceptând|fiecare|trecut|trecută|ultima|ultimul|imposibil`,
  tr: `değil|olmaz|hayır|hariç|dışında|her|geçen|son|olamaz|gelemem|imkansız|uymaz|önce|sonra|sonrası|öncesi`,
  ar: `لا|لن|ليس|ليست|غير|إلا|ماعدا|عدا|كل|الماضي|الماضية|مستحيل|مو|مش`,
  he: `לא|אין|חוץ|כל|שעבר|שעברה|האחרון|מלבד`,
  el: `όχι|δεν|μην|ποτέ|εκτός|κάθε|προηγούμενη|προηγούμενο|περασμένη|περασμένο|αδύνατο`,
  fi: `ei|en|emme|eivät|eikä|paitsi|joka|viime|edellinen|edellisenä|viimeisenä|ennen|jälkeen|mahdoton|muuna|toisena`,
  hu: `nem|ne|soha|kivéve|minden|múlt|elmúlt|előző|utolsó|jövő|másik|előtt|után|lehetetlen`,
  fa: `نه|نیست|نمی|بجز|غیر|هر|گذشته|قبل|بعد`,
  hi: `नहीं|मत|सिवाय|हर|पिछले|पहले|बाद|छोड़कर`,
  id: `tidak|bukan|jangan|kecuali|setiap|tiap|lalu|terakhir|nggak|gak|tak`,
  zh: '不|没|沒|别|別|除|每|上周|上週|上星期|上个|上個|下周|下週|下星期|下个|下個|无法|之前|以前|以后|以後|之后|之後|周后|週後|一周|两周|一週|兩週|或',
  ja: 'ない|なく|無理|だめ|ダメ|駄目|不可|以外|毎|先週|来週|来月|前の|より前|週間|できません|行けません|ありません|られません|または|か月',
  ko: '안 돼|안돼|안 되|안되|못|말고|아니|제외|빼고|매주|매일|지난|다음|이전|불가|없',
  vi: `không|chẳng|đừng|trừ|mỗi|hàng|trước|vừa rồi|vừa qua|hoặc|hay`,
  sw: `si|sio|hapana|siwezi|hawezi|hatuwezi|haiwezekani|kila|iliyopita|kabla|baada|isipokuwa|au`,
  th: 'ไม่|ยกเว้น|ก่อน|หลัง|ทุก|ที่แล้ว|หรือ',
}

/** By language, words directly before a day that mean another, unnamed day, or any day but this. */
const BESIDE: Readonly<Record<string, string>> = {
  en: 'before|after|past|since|until|till|til|without|besides|skip|avoid',
  de: 'vor|nach|bevor|seit|ohne',
  es: 'antes|después|hasta|sin',
  fr: "avant|après|depuis|jusqu'à|jusqu'au|jusqu|sans",
  it: 'prima|dopo|fino|senza',
  pt: 'antes|depois|após|até|sem',
  nl: 'voor|na|sinds|tot|zonder',
  pl: 'przed|po|do|co|bez',
  cs: 'před|po|do',
  ru: 'до|после|перед|через',
  uk: 'до|після|перед|через',
  sv: 'före|innan|efter',
  da: 'før|efter',
  nb: 'før|etter',
  ro: 'înainte|după|până',
  ar: 'قبل|بعد|حتى',
  he: 'לפני|אחרי|עד',
  el: 'πριν|μετά|μέχρι',
  id: 'sebelum|sesudah|setelah|sampai',
  vi: 'trước',
  sw: 'kabla|baada|hadi',
  hi: 'तक',
}

/** Words directly before a day of the week that make it one of many. */
const ONE_OF_MANY: Readonly<Record<string, string>> = {
  en: 'a|any|some|which|either|both|most|first|second|third|fourth|following',
  de: `ein|einem|einen|irgendein|irgendeinem|irgendeinen|welcher|welchen|erster|ersten|zweiter|zweiten|dritter|dritten|vierter|vierten|
    folgenden|darauffolgenden`,
  fr: 'un|quel|premier|deuxième|troisième',
  es: 'un|cualquier|algún|qué|primer|segundo|tercer',
  it: 'un|una|qualche|quale|primo|secondo|terzo',
  pt: 'um|uma|qualquer|alguma|algum|qual|primeira|primeiro|segundo',
  nl: 'een|welke|eerste|tweede|derde',
  pl: 'jakiś|jakąś|któryś|którąś|pierwszy|pierwszą|drugi|drugą|trzeci|trzecią|inną|kolejny|kolejną',
  cs: 'nějaký|nějakou|některý|některou|který|kterou|první|druhý|druhou|třetí|libovolnou',
  ru: 'любой|любую|любое|какой|какую|какое|то|нибудь|первый|первую|первое|второй|вторую|второе|третий|третью|третье|одну',
  uk: 'будь|який|яку|якийсь|якусь|перший|першу|другий|другу|третій|третю|одну',
  fi: 'jonain|jonakin|minä|minkä|ensimmäisenä|toisena|kolmantena',
  hu: 'valamelyik|melyik|egy|első|második|harmadik',
}

/** Words that join two days, or two numbers. */
const JOINING = 'to till until through and or bis und oder tot en al au a à et ou y o e i do и до по til'
/** Words before a day, or its number, without a meaning of their own. */
const ARTICLES =
  'the this on date day dem den der die das diesen am datum tag el este dia le ce jour il lo giorno questo o na a op de dag w we в во på del du des della'
/** Words before a number that make it an hour, or a number of people. */
const BEFORE_NUMBER = `at around um gegen ca circa las às alle om kl for für pour para per voor dla для o в saat past half halb nach vor after before ab الساعة godz godzinie v la о
  be sind serons sommes sera somos seremos siamo saremo latest spätestens`
/** Words before a number up to 24 that make it an hour: "between 7 and 9". */
const BEFORE_HOUR = 'between from zwischen von entre das tra fra dalle tussen van między od po'
/** Nouns behind a number that is no day. */
const COUNTED = `people person persons guests guest adults adult kids kid children child ppl nights night nächte nuits noches notti noites nachten pax seats tickets pieces of personen leute gäste gästen erwachsene erwachsenen kinder kindern plätze stück
  personas adultos niños personnes adultes enfants couverts persone adulti bambini coperti pessoas crianças volwassenen kinderen osób osoby
  dzieci lidí человек человека людей осіб особи особа pers personer persoane kişi kişiyiz kişilik אנשים orang`

const byLanguage = (rows: Readonly<Record<string, string>>): ReadonlyMap<string, readonly string[]> =>
  new Map(
    Object.entries(rows).map(([language, row]) => [
      language,
      row.split(/\s*[|\n]\s*/).flatMap((word) => matchKey(word) || []),
    ]),
  )

const doubts = byLanguage(DOUBTS)
const beside = byLanguage(BESIDE)
const oneOfMany = byLanguage(ONE_OF_MANY)

const short = (language: string): string => (language.startsWith('no') ? 'nb' : language.slice(0, 2))

/** The words of the script's languages and of {@link ALWAYS}. */
const wordsIn = (rows: ReadonlyMap<string, readonly string[]>, languages: readonly string[]): string[] =>
  [...new Set([...ALWAYS, ...languages].map(short))].flatMap((language) => rows.get(language) ?? [])

/** Whether each of these languages has a list of doubt words. */
export const areDoubtsKnown = (languages: readonly string[]): boolean =>
  languages.every((language) => doubts.has(short(language)))

const AROUND =
  '(?:after|before|following|nach|vor|apres|avant|despues|antes|dopo|prima|depois|na|voor|po|przed|pred|после|перед|до|після)'

const HOLIDAYS = [
  'christmas|xmas|holidays?|thanksgiving|new year|new years|vacations?',
  'weihnachten|feiertage?n?|ferien|neujahr|urlaub',
  'noel|nouvel an|fetes|vacances',
  'navidad|vacaciones|fiestas|ano nuevo',
  'natale|vacanze|feste|natal|ferias|capodanno',
  'kerst|kerstmis|vakantie|feestdagen|swieta|swietach|swietami',
  'svatcich|svatky|vanocich|vanocemi|dovolene',
  'праздников|праздниками|каникул|отпуска|свят|святами|канікул|відпустки',
].join('|')

/** Other days, or several: "Friday after my exams". One exam may be on that Friday. */
const EVENTS = [
  'exams|finals|wedding|birthday|honeymoon|trip|surgery|(?:spring|summer|autumn|fall|winter|school) break',
  'prufungen|klausuren|hochzeit|geburtstag|reise|flitterwochen|umzug|operation',
  'examens|mariage|anniversaire|voyage|demenagement',
  'examenes|boda|cumpleanos|viaje|mudanza',
  'esami|matrimonio|nozze|compleanno|viaggio|trasloco',
  'exames|provas|casamento|aniversario|viagem',
  'bruiloft|verjaardag|verhuizing',
  'egzaminach|egzaminami|slubie|slubem|urodzinach|urodzinami',
  'zkouskach|zkouskami|svatbe|svatbou|narozeninach',
  'экзаменов|экзаменами|свадьбы|свадьбой|іспитів|весілля',
].join('|')

/**
 * Articles and possessives that may be between "after" and an event, as in "after my birthday". Other words may not: in "after
 * work, birthday dinner" the word "after" does not belong to the birthday.
 */
const OWN = [
  'the|my|our|your|his|her|their',
  'der|die|das|dem|den|meine[nmr]?|unsere?[nmr]?',
  'le|la|les|mes|mon|nos|notre|los|las|el|mis|mi|nuestra|i|gli|il|miei|mio|nostro|as|os|meus|minha|minhas|meu|de|het|mijn|onze|moich|moim',
].join('|')

/**
 * Whether a weekday is in the week of a holiday or of another event, as in "the Friday after the holidays"; not in "Friday for the
 * Christmas party".
 */
export const isBesideHoliday = (key: string): boolean => BESIDE_HOLIDAY.test(key)

const BESIDE_HOLIDAY = new RegExp(
  `(?<![^ ])(?:${AROUND} (?:[^ ]+ ){0,2}(?:${HOLIDAYS})|${AROUND} (?:(?:${OWN}) ){0,2}(?:${EVENTS}))(?= |$)`,
)

/** Whether a word of doubt stands in a key. */
export const hasDoubt = (key: string, languages: readonly string[]): boolean =>
  wordsIn(doubts, languages).some((word) =>
    isPair(word) ? key.includes(word) : ` ${key} `.includes(` ${word} `),
  )

/** Words directly before a weekday that make it one of many: "any Friday". "A" is an article in other languages, too. */
export const oneOfManyOf = (languages: readonly string[]): ReadonlySet<string> =>
  new Set([
    ...languages.flatMap((language) => oneOfMany.get(short(language)) ?? []),
    ...ALWAYS.flatMap((language) => oneOfMany.get(language) ?? []).filter((word) => word !== 'a'),
  ])

/** Words directly before a day that mean another, unnamed day: "before Friday". */
export const besideWordsOf = (languages: readonly string[]): ReadonlySet<string> =>
  new Set(wordsIn(beside, languages))

const setOf = (row: string): ReadonlySet<string> => new Set(row.split(/\s+/).map(matchKey))
export const JOINING_DAYS = setOf(JOINING)
export const DAY_ARTICLES = setOf(ARTICLES)
export const NUMBER_PREPOSITIONS = setOf(BEFORE_NUMBER)
export const HOUR_PREPOSITIONS = setOf(BEFORE_HOUR)
const COUNTED_NOUNS = setOf(COUNTED)

/** Whether a number before the word is a number of these. */
export const isCountedNoun = (word: string): boolean => COUNTED_NOUNS.has(matchKey(word))
