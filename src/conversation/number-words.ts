import { matchKey } from '../script/match-key.ts'
import { SHORTHAND } from './match/english.ts'
import { isOnlyOne, withoutFrame } from './number-frames.ts'

/** Numbers up to twenty and the tens, in the languages whose dates are understood. */
const WORDS: Record<string, number> = Object.fromEntries(
  [
    'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty',
    'null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig',
  ].flatMap((row) => row.split(' ').map((word, value): [string, number] => [matchKey(word), value])),
)
const TENS: Record<string, number> = Object.fromEntries(
  [
    'twenty thirty forty fifty sixty seventy eighty ninety',
    'zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig',
  ].flatMap((row) =>
    row.split(' ').map((word, index): [string, number] => [matchKey(word), (index + 2) * 10]),
  ),
)
const OTHERS: Record<string, number> = {
  ein: 1,
  eine: 1,
  einen: 1,
  einer: 1,
  einem: 1,
  zwo: 2,
  dozen: 12,
  hundred: 100,
  hundert: 100,
}

/**
 * Numbers from one on in other languages. They count only alone, because many are other words in a sentence ("très", "um"). The Spanish
 * eleven is left out: "once" is an English word, as are the Turkish ten ("on") and the Swedish six.
 */
const ALONE: Record<string, number> = Object.fromEntries(
  [
    'uno/una/un dos tres cuatro cinco seis siete ocho nueve diez - doce',
    'une deux trois quatre cinq six sept huit neuf dix onze douze',
    'uno due tre quattro cinque sei sette otto nove dieci undici dodici',
    'um/uma dois/duas três quatro cinco seis sete oito nove dez onze doze',
    'een/één twee drie vier vijf zes zeven acht negen tien elf twaalf',
    'jeden/jedna/jedno dwa/dwie trzy cztery pięć sześć siedem osiem dziewięć dziesięć jedenaście dwanaście',
    'bir iki üç dört beş altı yedi sekiz dokuz',
    'unu doi/două trei patru cinci șase șapte opt nouă zece',
    'ett två tre fyra fem - sju åtta nio tio',
    'satu dua tiga empat lima enam tujuh delapan sembilan sepuluh',
    'moja mbili/wawili tatu/watatu nne/wanne tano/watano sita saba nane/wanane tisa kumi',
    'واحد/واحدة اثنان/اثنين ثلاثة/ثلاثه اربعة/اربعه خمسة/خمسه ستة/سته سبعة/سبعه ثمانية/ثمانيه تسعة/تسعه عشرة/عشره',
    'एक दो तीन चार पांच/पाँच छह/छः सात आठ नौ दस',
    'หนึ่ง สอง สาม สี่ ห้า หก เจ็ด แปด เก้า สิบ',
    'один/одна/одно два/две/двое/двоих три/трое/троих четыре/четверо/четверых пять/пятеро шесть/шестеро семь/семеро восемь девять десять одиннадцать двенадцать',
    "- двоє трое/троє чотири/четверо п'ять/п'ятеро шість сім вісім дев'ять",
    '- dwoje/dwóch troje/trzech czworo/czterech pięcioro/pięciu',
    '- zweit dritt viert fünft sechst',
    '- dva/dve tři čtyři - šest sedm osm devět deset',
    'ένας/ένα/μία δύο/δυο τρία/τρεις τέσσερα/τέσσερις πέντε έξι επτά/εφτά οκτώ/οχτώ εννέα/εννιά δέκα',
    'yksi kaksi kolme neljä viisi kuusi seitsemän kahdeksan yhdeksän kymmenen',
    'egy kettő/két három négy öt - - nyolc kilenc tíz',
    '一 二/两/兩 三 四 五 六 七 八 九 十',
    '하나/한 둘/두 셋/세 넷/네 다섯 여섯 일곱 여덟 아홉 열',
  ].flatMap((row) =>
    row
      .split(' ')
      .flatMap((words, index) =>
        words.split('/').map((word): [string, number] => [matchKey(word), index + 1]),
      ),
  ),
)

/** Words around an answer, without a meaning of their own. */
const FILLERS = new Set(
  [
    'please just only about i we want would like need take have make it them of thanks thank you that is the a an for us me people id ill',
    'persons pieces bitte nur etwa ich wir möchte möchten nehme nehmen davon danke stück personen leute',
  ].flatMap((row) => row.split(' ').map(matchKey)),
)

/** Whether a word, after `matchKey`, has no meaning beside an answer. */
export const isAroundAnswer = (word: string): boolean => FILLERS.has(SHORTHAND.get(word) ?? word)

/** Words that change the number in digits beside them, or make it uncertain. */
const OTHERWISE = new Set(
  [
    'dozen dozens hundred hundreds thousand thousands million millions k m mio mrd tsd half quarter couple',
    'dutzend hundert tausend million millionen halb halbe halben ish',
    'docena cientos mil millón millones media douzaine cent mille demi demie milione milioni mila mezzo dúzia milhão milhões meia тыс тысяч млн',
  ].flatMap((row) => row.split(' ').map(matchKey)),
)
/** Words that deny the digits one or two words behind them. */
const DENYING = new Set(
  'not nicht kein keine pas niet не minus moins menos meno over under above below less more fewer least most mehr weniger unter über mindestens höchstens más plus'
    .split(' ')
    .map(matchKey),
)

/** A limit directly before digits. "Max, 4" has a name, and "pick up 4" no limit. */
const LIMIT = /(?<!\p{L})(?:up to|max(?:imum|imal)?)\.?(?: (?:of|about|von|etwa))? *$/iu

/** Whether the words beside digits mean another number than the digits: "2 dozen", "4 or five", "minus 3", "less than 5". */
export const isSaidOtherwise = (text: string, digits: string): boolean => {
  const [before = '', ...behind] = text.split(digits)
  const after = behind.join(' ')
  const around = `${before} | ${after}`.split(/[^\p{L}\p{M}\p{N}]+/u).map(matchKey)
  const ahead = matchKey(before).split(' ').slice(-2)
  const isOther = (word: string): boolean => {
    const said = WORDS[word] ?? TENS[word]
    return OTHERWISE.has(word) || (said !== undefined && String(said) !== digits)
  }
  return (
    /\p{No}/u.test(text) ||
    around.some(isOther) ||
    ahead.some((word) => DENYING.has(word)) ||
    LIMIT.test(before)
  )
}

/** Whether a text has numbers, in digits or words. */
export const namesNumber = (text: string): boolean =>
  /\p{N}/u.test(text) ||
  matchKey(text.replaceAll('-', ' '))
    .split(' ')
    .some((word) => word in WORDS || word in TENS || OTHERWISE.has(word))

/** The number that a text has in words; null for none, for several, and where much else is said. */
export const numberWordsIn = (text: string): number | null => {
  const key = matchKey(text.replaceAll('-', ' '))
  if (isOnlyOne(key)) return 1
  const framed = ALONE[withoutFrame(key)]
  if (framed !== undefined) return framed
  const words = key.split(' ').filter((word) => word !== '' && !isAroundAnswer(word))
  const [first = '', second, ...more] = words
  if (more.length > 0) return null
  const tens = TENS[first]
  if (second !== undefined) {
    const unit = WORDS[second] ?? 0
    return tens !== undefined && unit >= 1 && unit <= 9 ? tens + unit : null
  }
  return WORDS[first] ?? tens ?? OTHERS[first] ?? ALONE[first] ?? null
}
