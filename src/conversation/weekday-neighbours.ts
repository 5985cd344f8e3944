import { isPair, matchKey } from '../script/match-key.ts'
import { isAroundChoice } from './around-words.ts'
import { DAY } from './date-words.ts'
import {
  besideWordsOf,
  DAY_ARTICLES,
  HOUR_PREPOSITIONS,
  isCountedNoun,
  JOINING_DAYS,
  NUMBER_PREPOSITIONS,
} from './doubt-words.ts'
import { isFiller } from './match/small-words.ts'
import { namesNumber } from './number-words.ts'

/** By language, words that stand beside a weekday and leave it the first one that comes. */
const READ: Readonly<Record<string, string>> = {
  en: `coming upcoming yes yep sure alright then thx cool great perfect fine best works work suits fits sounds looks available free open early late
    evening night noon midday lunch lunchtime dinner brunch breakfast table reservation appointment booking book reserve prefer choose visit arrive
    arriving come see schedule change move party birthday meeting class since because if but around by preferably ideally possibly hopefully
    definitely tentatively latest day date today thanks cheers again pm weather kids family friends weekend how what is would do will on wanna gonna
    take pick say let try make maybe no nope want need team tea drinks coffee doctor time onwards morning afternoon when can says thinking`,
  de: `kommenden kommender kommendem kommende ja jo klar ok okay passt passen ginge geht gehen ware super gut prima toll perfekt gerne vielleicht
    eventuell evtl lieber dann also doch wohl moglichst moglich bevorzugt abends abend fruh mittags nachmittags vormittags morgens mittag abendessen
    essen tisch termin reservieren reserviere buchen buche komme kommen sage sagen schon wenn weil aber hatten hatte wollen will wurden moin servus
    hey danke besser am liebsten zb diese dieser diesem sind uns wann fur zwischen gegen ab uhr nehme nehmen bevorzuge frei verfugbar nachmittag nehmt
    klappt klappen steht ist sein hallo guten tag entweder eher`,
  fr: `oui ok d accord parfait bien super merci peut etre plutot alors donc convient conviendrait va irait marche serait ira possible soir matin midi
    apres-midi apres vers des si s reserver reserve venir viens table diner dejeuner disons mettons pour ca cela c ce salut svp plait prends prefere
    preference libre disponible me te avec mais car parce sil plaira dire prendre on reste entre disponibilite rendez vous rdv la le ouais voila
    bonsoir allons propose choisis choisir venons reserverons parfaite soiree matinee coucou plus tot tard pendant`,
  es: `si vale ok bien perfecto genial gracias quizas quiza tal vez mejor entonces seria va viene conviene vendria puede posible noche tarde tardes
    manana mediodia almuerzo cena cenar comer mesa reservar reserva prefiero digamos hacia sobre estaria esta bueno buena claro pues hola buenas este
    pero tambien disponible libre cita vamos elijo escojo por pon ponme reservame digo fin entre anda tardecita hora`,
  it: `si ok va bene perfetto ottimo grazie forse magari allora meglio sarebbe andrebbe possibile sera mattina mezzogiorno pomeriggio pranzo cena tavolo
    prenotare prenoto prenotazione preferisco diciamo verso buongiorno buonasera salve mi sabato ma perche se libero disponibile vengo veniamo
    facciamo faccio scelgo prendo prenderei verrei verremmo dai pure tra fra a mattino stasera dalle alle ore bello comodo`,
  pt: `sim ok bom boa bem otimo perfeito obrigado obrigada talvez entao melhor seria pode possivel noite tarde manha meio almoco jantar mesa reservar
    reserva prefiro digamos pra esta este nesta neste na no da dia feira funciona serve fica oi queria pela ao mas se livre disponivel ser vamos
    escolho marca marcar marque entre quero agendar cedo horas hora ta tá beleza blz bora pfv obg por volta das as noitinha fim`,
  nl: `komende ja ok oke prima goed leuk graag misschien dan liever past lukt kan komt zou is avond ochtend middag s avonds middags lunch diner eten
    tafel reserveren reserveer boeken boek zeggen hallo dag bedankt deze dit maar omdat als hebben beschikbaar vrij mogelijk doen doe kies neem nemen
    gaat gaan tussen tegen om uur top fijn zin hoi afspraak vanaf reservering heb`,
  pl: `tak ok dobrze super swietnie chyba moze to wtedy lepiej pasuje byloby wieczorem wieczor rano poludnie popoludniu obiad kolacje kolacja stolik
    zarezerwowac rezerwacja wole okolo hej witam dziekuje ten te ta najlepiej bedzie odpowiada ale bo wolny poprosze pasowalby bylby chce chcialbym
    chcialabym biore wybieram najchetniej no okej godz godzinie rezerwuje na`,
  cs: `ano jo dobre ok super asi mozna snad tak pak radeji hodi slo jde vecer rano odpoledne poledne obed veceri stul rezervovat kolem dobry den ahoj
    dekuji prosim tento tuto tu ten v ve na nejlepe by bylo ale vyhovuje beru vyberu chci chtel chtela bych poprosim no takze`,
  ru: `да ок хорошо отлично давайте может быть наверное возможно тогда лучше подходит подоидет удобно вечером вечер утром днем обед ужин столик
    забронировать запишите запись около эту этот это спасибо добрыи день если но будет можем могу было бы ближаишую ближаишии ну выбираю беру хотел
    хотела ладно океи приветствую наверно желательно запиши всего`,
  uk: `так ок добре чудово може можливо мабуть тоді краще підходить підіиде зручно ввечері вечір вранці вдень обід вечеря столик забронювати запишіть
    близько цю цеи це у в дякую добрии день якщо але буде найближчу наиближчу давайте ну беру обираю хотів хотіла би привіт бажано`,
  sv: `ja ok okej bra kanske da gärna hellre passar funkar går skulle kväll kvällen eftermiddag morgon lunch middag bord boka på den i kl hej tack är det
    blir denna snälla har tar valjer vill garna heldre omkring runt ca snalla vore ar`,
  da: `ja ok okay godt fint måske så gerne hellere passer kunne går aften aftenen eftermiddag formiddag frokost middag bord bestille på den i kl hej tak
    er det bliver denne tager vaelger vil helst cirka omkring ca vaere`,
  nb: `ja ok okei bra fint kanskje da gjerne heller passer kunne går kveld kvelden ettermiddag formiddag lunsj middag bord bestille på den i kl hei takk
    er det blir denne tar velger vil helst omtrent ca rundt vaere`,
  ro: `da ok bine perfect multumesc poate atunci mai ar fi merge se seara dimineata pranz cina masa rezerva la pe in aceasta asta daca dar va rog vrea
    alegem aleg prefer preferabil hai sa fie jur dupa-amiaza dupa amiaza este e as vreau`,
  tr: `bu evet tamam olur olabilir belki uygun uyar günü aksam akşam sabah öğle öğlen öğleden gece yemek masa rezervasyon için lütfen saat gelebilir mi
    mı mü mu musait merhaba selam tesekkurler gelelim gelirim gelmek istiyorum olsun iyi ben biz o zaman secelim seciyorum alalim alayim yapalim peki
    tamamdir oglen ogleden aksami sabahi gunu sabahleyin aksamleyin icin gelicez gelecegiz saati`,
  ar: `يوم هذا هذه نعم تمام حسنا ممكن ربما اذا مساء صباحا ظهرا الساعه ليلا من في شكرا مناسب يناسبني جيد طاوله حجز احجز لو سمحت اريد ان شاء الله عندي
    مناسبه اختار نختار افضل يفضل الافضل عصرا فجرا حوالي عند مثلا اوكي طيب خلاص خليها نريد ودي ابي لاربعه لثلاثه لخمسه لاثنين لشخصين`,
  he: `ביום יום הזה כן בסדר אולי אז אפשר מתאים בערב בבוקר בצהריים שולחן להזמין בשעה תודה הקרוב בבקשה טוב לי אשמח אפשרי בוחר בוחרת רוצה רוצים נוח עדיף
    מעדיף מעדיפה סבבה יאללה לקבוע שעה בבקר בצהרים קרוב`,
  el: `την τη το ναι ενταξει ισως τοτε καλα βραδυ πρωι μεσημερι απογευμα τραπεζι στις αυτη αυτο ευχαριστω παρακαλω ειναι μπορω θα για γινεται θελω
    προτιμω καλυτερα λοιπον ωραια τελεια γυρω μεσημεριανο διαθεσιμο ειμαστε ας πουμε`,
  fi: `joo kyllä ok hyvä ehkä sitten käy sopii sopisi olisi voisi illalla aamulla päivällä iltana lounas illallinen pöytä varata kello tänä kiitos
    onnistuuko valitsen haluan haluaisin mieluiten mieluummin vaikka noin klo pe olisiko voisiko`,
  hu: `igen ok jo jó talán akkor megfelel lenne lehet este reggel délután délben ebéd vacsora asztal foglalni ezen ez a az köszönöm kérem szeretnék
    inkább legyen valasztom inkabb korul orakor ora jovok jovunk szeretnek szeretnenk esetleg persze oke`,
  fa: `روز اين بله باشه شايد پس شب صبح عصر ظهر ساعت ميز رزرو لطفا ممنون خوبه مناسب مناسبه است هست بهتره بهتر ميخوام ميخواهم خوب حدود ميشه ممكنه باشد`,
  hi: `इस को हाँ हां जी ठीक शायद तो शाम सुबह दोपहर रात में टेबल बुक है सही नमस्ते धन्यवाद और पर ही यह ये अच्छा मुझे हम रहेगा रखें रखो करें कर
    बजे चाहिए चाहते चाहता चाहती मिलेगा अगर आना आएंगे पक्का हो चलेगा क्या`,
  id: `hari ini itu ya iya ok oke bisa boleh mungkin kalau jadi malam sore pagi siang jam pukul di pada untuk meja pesan mau saya kami terima kasih
    tolong saja aja cocok dong kak pilih ingin kita deh nih gimana bagaimana sekitar jika sepertinya kayaknya lebih baik siap`,
  vi: `vao ngay nay ok vang da duoc co the thi luc sang chieu trua dem em anh chi minh xin cho dat ban nhe nha a cam on buoi muon chon lich hen gio
    khoang chac thoi luon di chung roi`,
  sw: `siku ya hii ndiyo sawa inawezekana labda basi asubuhi jioni mchana usiku saa tafadhali asante inafaa nzuri kwa ni itakuwa nataka naomba nachagua
    ningependa tungependa napendelea itafaa tutakuja nitakuja karibu`,
  zh: '这 這 这个 這個 本 我 我想 想 要 我要 在 就 是 好 好的 那 那就 可以 改到 到 约 訂 订 来 去 行 吧 晚上 人 位 天 可能 也许 你好 请问 选 預約 预约 预订 大概 安排 选择 选 可 能 谢谢 到 为 改成 換成 换成',
  ja: 'はい 今週の この は が に を で と から 人で 名で ます です では じゃあ たぶん ください すみません こんにちは 人 名 えっと なら 今度の 予約は 希望は ね できれば',
  ko: '네 예 이번 주 이번주 그럼 그러면 아마 저는 제가 안녕하세요 혹시 명 시 저희 우리 오는 이 저 예약 예약은 날짜는 일단 음 아 안녕하세요 가능하면 되도록 저는 혹시',
  th: 'นี้ ได้ ครับ ค่ะ คะ ค่า ตอน เวลา เย็น เช้า บ่าย ค่ำ กลางวัน ช่วง ก็ ที่จะ มี ว่าง จอง กี่ โมง เที่ยง ทุ่ม สะดวก โอเค ดี ไหม มั้ย น่ะ นะ ไป มา ประมาณ สำหรับ ขอ อยาก เอา เป็น คือ งั้น เช้า สาย ดึก ทาน พอ เลย จะ พบ กับ เจอ แล้ว',
}

/** Languages in which a word of the kind of "next" stands behind its noun. */
const NEXT_BEHIND = new Set('fr es it pt ro ca ar he fa id ms vi th sw'.split(' '))
/** Fillers that beside a weekday may mean another one. */
const NOT_READ = new Set(
  'other autre otro otra altro altra outro outra once over away way still more again same until out own का के की ka ke ki'.split(
    ' ',
  ),
)

const rows: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(READ).map(([language, row]) => [language, new Set(row.split(/\s+/).map(matchKey))]),
)

const short = (language: string): string => (language.startsWith('no') ? 'nb' : language.slice(0, 2))

/**
 * Whether a word that the bot cannot read stands beside a weekday, so that another week may be meant: "öbür cuma", "vendredi en huit".
 *
 * @param rest - the rest of the text after `matchKey`, with {@link DAY} in place of the weekday
 * @param languages - languages of the script
 */
export const isUnreadBeside = (rest: string, languages: readonly string[]): boolean => {
  const known = [...new Set(['en', 'de', ...languages.map(short)])].flatMap((one) => rows.get(one) ?? [])
  const said = rest.split(' ')
  const besides = besideWordsOf(languages)
  // "Venerdì dopo le 20.30", of which the time is already understood, and "vendredi, sans enfants".
  const isClause = (at: number): boolean => besides.has(said[at] ?? '') && at + 1 < said.length
  const isBehind = languages.some((language) => NEXT_BEHIND.has(short(language)))
  return said.some(
    (word, index) =>
      word === DAY &&
      (!isRead(said[index - 1], known, (one, part) => one.endsWith(part)) ||
        (isBehind &&
          !isClause(index + 1) &&
          !isRead(said[index + 1], known, (one, part) => one.startsWith(part)))),
  )
}

/** @param fits - in writing without spaces, whether the word has a read part on the side of the weekday */
const isRead = (
  word: string | undefined,
  known: readonly ReadonlySet<string>[],
  fits: (word: string, part: string) => boolean,
): boolean => {
  if (word === undefined || word === '' || word === DAY || known.some((words) => words.has(word))) return true
  if (isPair(word)) return known.some((words) => [...words].some((part) => fits(word, part)))
  return (
    !NOT_READ.has(word) &&
    (isFiller(word) ||
      isAroundChoice(word) ||
      DAY_ARTICLES.has(word) ||
      JOINING_DAYS.has(word) ||
      NUMBER_PREPOSITIONS.has(word) ||
      HOUR_PREPOSITIONS.has(word) ||
      isCountedNoun(word) ||
      namesNumber(word))
  )
}
