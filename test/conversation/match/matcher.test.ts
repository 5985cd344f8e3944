import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { createMatcher, type Matcher } from '../../../src/conversation/match/matcher.ts'
import { CONTRACT, parse } from '../scripts.ts'
import { anyCharacter } from '../../helpers/any-character.ts'

/** A matcher of replies with the triggers given: `{ hours: ['opening hours'] }`. */
const matcher = (triggers: Record<string, string[]>): Matcher =>
  createMatcher(
    parse(
      JSON.stringify({
        replies: Object.fromEntries(
          Object.entries(triggers).map(([name, when]) => [
            name,
            when.length > 0 ? { when, say: 'x' } : { say: 'x' },
          ]),
        ),
      }),
    ),
  )

t.test('a typo, another order and words around are tolerated', async (t) => {
  const { match } = createMatcher(parse(CONTRACT))
  for (const text of [
    'when are you opn?',
    'wehn are you open',
    'open when are you',
    'hello, when are you open please?',
    'when are you opening',
    'opening hour',
    'closng time',
  ]) {
    t.match(match(text), { reply: 'hours', how: 'similar' }, text)
  }
})

t.test('a letter that is held and a picture that is repeated are read once', async (t) => {
  const { match } = matcher({
    hello: ['hey', 'hello', 'مرحبا', 'привет', '👍'],
    ship: ['Schifffahrt', 'good morning'],
    first: ['class i', 'size xl'],
    third: ['class iii'],
    hours: ['when are you open'],
  })
  for (const text of ['heyyyy', 'HEYYY!!', 'helloooo', 'مرحباااا', 'приветттт', '👍👍', '👍🏽👍🏽👍🏽'])
    t.match(match(text), { reply: 'hello', how: 'phrase' }, text)
  for (const text of ['Schifffahrt', 'goooood morning'])
    t.match(match(text), { reply: 'ship', how: 'phrase' }, text)
  t.match(match('hiii whennn are you opennn'), { reply: 'hours', how: 'similar' })
  t.match(match('class iii'), { reply: 'third', how: 'phrase' })
  for (const text of ['xxx', '👍👎', 'size xxxl', 'class iiii']) {
    const found = match(text)
    t.ok(found === null || found.how === 'similar', text)
  }
})

t.test(
  'the words of a menu item or an ice breaker, which may arrive as text, lead where a tap leads',
  async (t) => {
    const { match } = createMatcher(
      parse(
        JSON.stringify({
          profile: {
            get_started: 'welcome',
            ice_breakers: [{ question: 'Can I bring my dog?', reply: 'pets' }],
            menu: [
              { title: 'Start over', reply: 'welcome' },
              { title: 'Our shop', url: 'https://example.com/' },
              { title: 'Today', reply: 'pets' },
            ],
          },
          replies: {
            welcome: { say: 'x' },
            pets: { say: 'x' },
            menu: { title: 'Today', say: 'x' },
          },
          fallback: { say: 'x' },
        }),
      ),
    )
    t.match(match('start over'), { reply: 'welcome', how: 'title' })
    t.match(match('Can I bring my dog'), { reply: 'pets', how: 'title' })
    t.equal(match('Our shop'), null)
    t.match(match('Today'), { reply: 'menu' }, "a reply's own title goes first")
  },
)

t.test('a message that denies a thing begins no form for it, and is offered it', async (t) => {
  const script = (language: string, phrase: string): Matcher =>
    createMatcher(
      parse(
        JSON.stringify({
          language,
          replies: {
            book: { title: 'Book', when: [phrase], ask: { question: 'q', remember: 'it' }, next: 'said' },
            hours: { title: 'Hours', when: ['opening times of the shop'], say: 'x' },
            said: { say: 'y' },
          },
        }),
      ),
    )
  for (const [language, phrase, texts] of [
    [
      'en',
      'book a table',
      ['I do not want to book a table', 'cancel booking a table', "I can't book a table"],
    ],
    ['de', 'Tisch reservieren', ['keinen Tisch reservieren', 'Tisch reservieren stornieren']],
    ['es', 'reservar mesa', ['no quiero reservar mesa']],
  ] as const) {
    const { match, nearest } = script(language, phrase)
    for (const text of texts) {
      t.equal(match(text), null, text)
      t.match(nearest(text, 1), [{ reply: 'book' }], text)
    }
  }
  for (const [language, phrase, texts] of [
    [
      'en',
      'book a table',
      [
        "I don't have a reservation yet, can I book a table?",
        "can't you book me a table?",
        'why not book a table',
        "if it's not too late I want to book a table",
        'no problem, book a table',
      ],
    ],
    [
      'de',
      'Tisch reservieren',
      ['nicht nur heute, ich möchte einen Tisch reservieren', 'Kann ich nicht einen Tisch reservieren?'],
    ],
    ['es', 'reservar mesa', ['no tengo reserva, quiero reservar mesa', 'por qué no reservar mesa']],
    ['fr', 'réserver une table', ['pas de problème, réserver une table']],
  ] as const)
    for (const text of texts) t.match(script(language, phrase).match(text), { reply: 'book' }, text)
  for (const text of [
    "book a table? No, I don't want it",
    'I will not come, cancel, book a table',
    "a table, don't book it",
    "I can't come, you had to book my table",
    "No, I don't want to book a table",
  ])
    t.equal(script('en', 'book a table').match(text), null, text)
  t.match(script('en', 'book a table').match('not the opening times of the shop'), { reply: 'hours' })
  t.match(script('pt', 'reservar mesa').match('reservar mesa no sábado'), { reply: 'book' })
  t.match(script('en', 'cancel my booking').match('please cancel my whole booking'), { reply: 'book' })
})

t.test('a wish to move, change or undo a booking begins no new one', async (t) => {
  const booking = (language: string, when: string[]): Matcher =>
    createMatcher(
      parse(
        JSON.stringify({
          language,
          replies: {
            book: { title: 'Book', when, say: 'x', ask: { question: 'q', remember: 'it' }, next: 'said' },
            said: { say: 'y' },
          },
        }),
      ),
    )
  const en = ['book a table', 'reservation', 'make an appointment']
  for (const [language, when, texts] of [
    ['en', en, ['change my reservation', 'can we move the reservation to 8', 'reschedule my appointment']],
    [
      'de',
      ['termin', 'reservierung'],
      ['Termin verschieben', 'Reservierung ändern', 'meinen Termin verlegen'],
    ],
    ['es', ['reserva', 'cita'], ['quiero cambiar mi reserva', 'aplazar la cita']],
    ['fr', ['rendez-vous'], ['déplacer mon rendez-vous', 'décaler mon rendez-vous']],
    ['pl', ['rezerwacja', 'wizyta'], ['zmienić rezerwację', 'przełożyć wizytę']],
    ['tr', ['randevu', 'rezervasyon'], ['randevu iptal', 'rezervasyonumu değiştirmek istiyorum']],
    ['ar', ['حجز موعد'], ['إلغاء الموعد', 'تغيير الموعد']],
    [
      'hi',
      ['appointment', 'अपॉइंटमेंट'],
      ['appointment cancel', 'appointment change karna hai', 'अपॉइंटमेंट रद्द करना है'],
    ],
    ['id', ['booking', 'reservasi'], ['batalkan booking', 'ubah reservasi']],
    ['ja', ['予約', '予約したい'], ['予約の変更', '予約をキャンセルしたい']],
  ] as const) {
    const { match, nearest } = booking(language, [...when])
    for (const text of texts) {
      t.equal(match(text), null, text)
      t.match(nearest(text, 1), [{ reply: 'book' }], `${text}: it is offered`)
    }
  }
  for (const [language, when, texts] of [
    [
      'en',
      en,
      [
        'can i make an appointment for an oil change',
        'an oil change appointment',
        'appointment for a move',
        'a reservation with free cancellation',
      ],
    ],
    ['de', ['termin'], ['Termin zum Ölwechsel']],
    ['es', ['cita'], ['quiero una cita para cambiar el aceite']],
    ['ja', ['予約', '予約変更'], ['予約変更したい']],
  ] as const)
    for (const text of texts) t.match(booking(language, [...when]).match(text), { reply: 'book' }, text)
})

t.test('a "no" is understood in other words, and with politeness it is no thanks', async (t) => {
  const { match } = matcher({ no: ['no'], thanks: ['thanks', 'danke'], bye: ['no thanks', 'bye'] })
  for (const text of ['noo', 'nope!', 'nah', 'nein', 'nö', 'नहीं']) t.match(match(text), { reply: 'no' }, text)
  for (const text of ['no, thank you!', 'nah thanks', 'ne danke', 'não obrigado', 'لا شكرا'])
    t.match(match(text), { reply: 'bye' }, text)
  for (const text of ['thanks', 'danke!', 'thank you']) t.match(match(text), { reply: 'thanks' }, text)

  const polite = matcher({ thanks: ['thanks', 'danke'], bye: ['nein danke'] })
  t.equal(polite.match('no'), null, 'a bare "no" is no "no thanks"')
  t.match(polite.match('no thanks'), { reply: 'bye' })
  t.match(polite.match('nein'), { reply: 'bye', how: 'similar' }, 'a word of the phrase')
  const grateful = matcher({ thanks: ['thanks', 'danke'] })
  for (const text of ['ne danke', 'no, thanks'])
    t.equal(grateful.match(text), null, `${text}: no thanks are given`)
})

t.test('a word for "no" that is another word elsewhere leads to no other word for it', async (t) => {
  const polish = matcher({ no: ['nie'], bye: ['nie dziękuję'] })
  for (const text of ['no', 'No.', 'no tak']) t.equal(polish.match(text), null, `${text} is a Polish yes`)
  for (const text of ['nein', 'nö']) t.match(polish.match(text), { reply: 'no' }, text)
  t.equal(matcher({ no: ['hayır'] }).match('ne'), null, 'the Turkish "what"')
  t.match(matcher({ bye: ['nej tak'] }).match('no, thanks'), { reply: 'bye' })
})

t.test('two letters that changed places are one typing error', async (t) => {
  const { match } = matcher({ a: ['open'], b: ['zebra crossing'] })

  t.match(match('opne'), { reply: 'a' })
  t.match(match('zerba crossing'), { reply: 'b' })
})

t.test('a word of four letters with a wrong one decides little beside other words', async (t) => {
  const { match } = matcher({ price: ['prix', 'tarifs'], menu: ['menu'], sick: ['my child is sick'] })

  for (const text of ['12 rue de la Paix', 'do you cut mens hair', 'you suck'])
    t.equal(match(text), null, text)
  t.match(match('mebu'), { reply: 'menu' })
  t.match(match('the mneu please'), { reply: 'menu' })
  t.match(match('my chidl is siick'), { reply: 'sick' })
})

t.test('a short word that lacks a letter is a typing error', async (t) => {
  const { match } = matcher({ hi: ['hi', 'hello'], help: ['help'], room: ['free rooms'] })

  t.match(match('helo'), { reply: 'hi' })
  t.match(match('any roms free'), { reply: 'room' })
})

t.test('a visitor who gives thanks for a thing does not ask for it', async (t) => {
  const { match } = matcher({
    help: ['help', 'how can i help', 'wie kann ich helfen'],
    thanks: ['thanks', 'danke', 'gracias', 'merci', 'شكرا'],
    hours: ['when do you open'],
  })

  for (const text of [
    'Thanks for your help',
    'thank you so much for the help!',
    'Danke für deine Hilfe :)',
    'Danke schön für die schnelle Antwort',
    'gracias por la ayuda',
    "merci beaucoup pour l'aide",
    'شكرا على المساعدة',
  ])
    t.match(match(text), { reply: 'thanks' }, text)
  t.match(match('Thanks for the help. When do you open?'), { reply: 'hours' })
  t.match(match('thanks for the info and when do you open?'), { reply: 'hours' })
  t.match(match('thanks for telling me when you open'), { reply: 'hours' })
  t.match(match('no thanks, I need help'), { reply: 'help' })
})

t.test('thanks without a sign behind them go on to ask', async (t) => {
  const { match } = matcher({
    thanks: ['thanks', 'thank you', 'danke', 'gracias', 'obrigado', 'terima kasih', 'شكرا'],
    person: ['talk to a person', 'falar com uma pessoa'],
    book: ['book an appointment', 'termin vereinbaren', 'pedir una cita', 'mau booking'],
    price: ['كم السعر'],
    delivery: ['do you deliver'],
  })

  for (const [text, reply] of [
    ['thanks for your help but i still want to talk to a person', 'person'],
    ['thank you for the info can i book an appointment for friday', 'book'],
    ['thanks for your message do you deliver', 'delivery'],
    ['danke für die info kann ich einen termin vereinbaren', 'book'],
    ['gracias por la información quiero pedir una cita', 'book'],
    ['obrigado pelo atendimento quero falar com uma pessoa', 'person'],
    ['makasih atas infonya saya mau booking', 'book'],
    ['شكرا على الرد كم السعر', 'price'],
  ] as const)
    t.match(match(text), { reply }, text)
  t.equal(match('gracias por la pizza pero llegó fría'), null, 'a complaint is not thanked for')
})

t.test('the words of an e-mail or web address are not compared with phrases', async (t) => {
  const { match } = matcher({ hours: ['open', 'when are you open'], place: ['where are you'] })

  for (const text of [
    'max@open.example',
    'my mail is open@example.com',
    'https://example.com/open',
    'www.open.de',
  ])
    t.equal(match(text), null, text)
  t.match(match('when r u open? max@example.com'), { reply: 'hours' })
  t.match(match('where are you @?'), { reply: 'place' })
  for (const text of ['open@9?', 'open@9.30?']) t.match(match(text), { reply: 'hours' }, text)
})

t.test('"how old" asks for something else than "how"', async (t) => {
  const { match } = matcher({
    hello: ['how are you', 'wie geht es dir'],
    price: ['how much is it'],
    late: ['how late are you open'],
    who: ['wie ist dein name'],
  })

  for (const text of ['how old are you', 'how far are you', 'wie alt ist dein hund'])
    t.equal(match(text), null, text)
  t.match(match('how r u?'), { reply: 'hello' })
  t.match(match('how much is the mug'), { reply: 'price' })
  t.match(match('how late is it open'), { reply: 'late' })
  for (const text of ['how mutch is it', 'how mcuh is it', 'hw much is it'])
    t.match(match(text), { reply: 'price' }, text)
})

t.test('what has nothing to do with any reply finds none', async (t) => {
  const { match } = createMatcher(parse(CONTRACT))
  for (const text of [
    'I love open sandwiches',
    'what is the weather like',
    'asdf',
    '',
    ' ',
    '?',
    '12',
    'you',
    'the',
  ]) {
    t.equal(match(text), null, text)
  }
})

t.test('the order is: same phrase, title, pattern, similar phrase', async (t) => {
  const { match } = createMatcher(
    parse(
      JSON.stringify({
        replies: {
          pattern: { when: '/hours/i', say: 'x' },
          similar: { when: ['opening times'], say: 'x' },
          title: { title: 'Special hours', say: 'x' },
          phrase: { when: ['opening hours'], say: 'x' },
        },
      }),
    ),
  )
  t.match(match('Opening hours?'), { reply: 'phrase', how: 'phrase', confidence: 1 })
  t.match(match('special HOURS'), { reply: 'title', how: 'title' })
  t.match(match('tell me the opening hours'), { reply: 'pattern', how: 'pattern' })
  t.match(match('the opening times please'), { reply: 'similar', how: 'similar' })
})

t.test('a phrase wins over a title of another reply', async (t) => {
  const { match } = createMatcher(parse('replies: { a: { title: Help, say: x }, b: { when: help, say: x } }'))
  t.match(match('help'), { reply: 'b', how: 'phrase' })
})

t.test('of two patterns, and of two phrases equally similar, the first in the script wins', async (t) => {
  t.match(matcher({ b: ['/a+/'], a: ['/a/'] }).match('aaa'), { reply: 'b' })

  const { match } = matcher({ z: ['red shoes'], a: ['old shoes'] })
  t.match(match('shoes'), { reply: 'z' })
})

t.test('the more similar phrase wins, wherever it stands', async (t) => {
  const { match } = matcher({
    price: ['price of delivery'],
    delivery: ['delivery time'],
    time: ['time of opening'],
  })

  t.match(match('what is the delivery time'), { reply: 'delivery' })
  t.match(match('delivery price'), { reply: 'price' })
})

t.test('groups of a pattern are caught, trimmed, and empty where they took no part', async (t) => {
  const { match } = matcher({ order: ['/order\\s+(?<number>\\d+)(?: for (?<who>.+))?/i'] })

  t.same(
    match('my ORDER  42 for  Ann ')?.groups,
    new Map([
      ['number', '42'],
      ['who', 'Ann'],
    ]),
  )
  t.same(
    match('order 42')?.groups,
    new Map([
      ['number', '42'],
      ['who', ''],
    ]),
  )
})

t.test('digits of every script are digits to patterns', async (t) => {
  const groups = new Map([['number', '123']])
  for (const pattern of ['/order (?<number>\\d+)/', '/order (?<number>[٠-٩]+)/'])
    for (const text of ['order 123', 'order ١٢٣', 'order １２３', 'order १२३'])
      t.same(matcher({ order: [pattern] }).match(text)?.groups, groups, `${pattern} ${text}`)
})

t.test('flags and the escapes of JavaScript work in patterns', async (t) => {
  t.match(matcher({ a: ['/^b$/m'] }).match('a\nb'), { reply: 'a' })
  t.match(
    matcher({ a: ['/caf\\u00e9|\\p{Script=Greek}/'.replace('|\\p{Script=Greek}', '|\\p{Greek}')] }).match(
      'un café',
    ),
    { reply: 'a' },
  )
  t.equal(matcher({ a: ['/abc/'] }).match('ABC'), null)
})

t.test('a pattern that stops other engines for ever is done in a moment', async (t) => {
  const { match } = matcher({ a: ['/^(a+)+$/', '/^(.*)*x$/', '/(\\w+\\s?)*:/'] })
  const before = process.cpuUsage().user
  t.equal(match(`${'a'.repeat(499)}!`), null)
  t.ok(process.cpuUsage().user - before < 1_000_000, 'under a second of work')
})

t.test('numbers are never corrected', async (t) => {
  const { match } = matcher({ a: ['room 2024'], b: ['gate 17'] })

  t.equal(match('2025'), null)
  t.match(match('2024'), { reply: 'a' })
})

t.test('a common word is taken as it stands, not as a mistyped one', async (t) => {
  const { match } = matcher({ thanks: ['thank you'], hours: ['opening hours'] })

  t.equal(match('I think you'), null)
  t.equal(match('yours'), null)
})

const LANGUAGES: {
  language: string
  triggers: Record<string, string[]>
  asked: [string, string | null][]
}[] = [
  {
    language: 'Russian',
    triggers: { hours: ['часы работы', 'когда вы открыты'], place: ['где вы находитесь'] },
    asked: [
      ['Когда вы открываетесь?', 'hours'],
      ['когда вы откртыы', 'hours'],
      ['часов работы', 'hours'],
      ['Скажите, пожалуйста, где вы находитесь', 'place'],
      ['какая сегодня погода', null],
    ],
  },
  {
    language: 'Greek',
    triggers: { hours: ['ώρες λειτουργίας'], place: ['πού βρίσκεστε'] },
    asked: [
      ['ΩΡΕΣ ΛΕΙΤΟΥΡΓΙΑΣ', 'hours'],
      ['ωρες λειτουργειας', 'hours'],
      ['που βρισκεστε;', 'place'],
      ['τι καιρό κάνει', null],
    ],
  },
  {
    language: 'Arabic',
    triggers: { hours: ['ما هي ساعات العمل'], place: ['أين أنتم'] },
    asked: [
      ['ساعات العمل', 'hours'],
      ['اين انتم؟', 'place'],
      ['كيف الطقس', null],
    ],
  },
  {
    language: 'Arabic with and without articles',
    triggers: { prices: ['الأسعار'], place: ['عنوان'], card: ['بطاقة ائتمان'], power: ['طاقة'] },
    asked: [
      ['بطاقة', 'card'],
      ['اسعار', 'prices'],
      ['والاسعار', 'prices'],
      ['العنوان', 'place'],
      ['للعنوان', 'place'],
      ['ولد', null],
    ],
  },
  {
    language: 'Arabic, where two words have only the article in common,',
    triggers: { prices: ['كم السعر'], hours: ['ساعات العمل'], person: ['اريد التحدث مع شخص'] },
    asked: [
      ['كم الساعة', null],
      ['متى العطلة', null],
      ['اريد التبرع', null],
      ['السعر', 'prices'],
    ],
  },
  {
    language: 'Hebrew with and without articles',
    triggers: { hours: ['שעות פתיחה'], price: ['המחיר'], place: ['כתובת'], book: ['ספר'] },
    asked: [
      ['מספר טלפון', null],
      ['שעות הפתיחה', 'hours'],
      ['מחיר', 'price'],
      ['והכתובת', 'place'],
      ['בכתובת', 'place'],
      ['שלום', null],
    ],
  },
  {
    language: 'Japanese',
    triggers: { hours: ['営業時間を教えてください'], place: ['店の住所はどこですか'] },
    asked: [
      ['営業時間は？', 'hours'],
      ['営業時間を教えて', 'hours'],
      ['住所はどこ', 'place'],
      ['猫が好き', null],
    ],
  },
  {
    language: 'Chinese',
    triggers: { hours: ['营业时间'], place: ['你们在哪里'] },
    asked: [
      ['请问营业时间', 'hours'],
      ['你们在哪里？', 'place'],
      ['今天天气怎么样', null],
    ],
  },
  {
    language: 'Korean',
    triggers: { hours: ['영업시간'], place: ['어디에 있나요'] },
    asked: [
      ['영업시간이 어떻게 되나요', 'hours'],
      ['오늘 날씨', null],
    ],
  },
  {
    language: 'German',
    triggers: { hours: ['wann habt ihr geöffnet', 'öffnungszeiten'], place: ['wo seid ihr'] },
    asked: [
      ['Wann habt ihr denn geoeffnet?', 'hours'],
      ['ofnungszeiten', 'hours'],
      ['Was sind eure Öffnungszeiten?', 'hours'],
      ['wie ist das Wetter', null],
    ],
  },
  {
    language: 'French',
    triggers: { hours: ["quels sont vos horaires d'ouverture"], place: ["quelle est l'adresse"] },
    asked: [
      ['horaires ouverture', 'hours'],
      ['l’adresse svp', 'place'],
      ['c’est quoi l’adresse', 'place'],
      ['votre adresse', 'place'],
      ['quel temps fait-il', null],
      ['vous avez du pain', null],
    ],
  },
  {
    language: 'German, with words that only ask,',
    triggers: {
      book: ['termin', 'tisch reservieren'],
      change: ['termin absagen'],
      hours: ['wann habt ihr offen'],
    },
    asked: [
      ['ich brauch nen termin', 'book'],
      ['hätte gern einen termin', 'book'],
      ['wie alt bist du eigentlich', null],
    ],
  },
  {
    language: 'Turkish, Arabic and Hindi, with words that only ask,',
    triggers: { book: ['randevu', 'حجز موعد', 'appointment'], back: ['वापस करना है'], bye: ['randevu iptal'] },
    asked: [
      ['yarın için randevu lütfen', 'book'],
      ['ممكن حجز موعد لو سمحت', 'book'],
      ['mujhe appointment chahiye', 'book'],
      ['दान करना है', null],
    ],
  },
  {
    language: 'Hindi',
    triggers: { hours: ['आप कब खुलते हैं'] },
    asked: [
      ['आप कब खुलते हैं?', 'hours'],
      ['मौसम कैसा है', null],
    ],
  },
]

for (const { language, triggers, asked } of LANGUAGES) {
  t.test(`questions in ${language} find their answer`, async (t) => {
    const { match } = matcher(triggers)
    for (const [text, reply] of asked) t.equal(match(text)?.reply ?? null, reply, text)
  })
}

t.test('what is no answer yields what comes near, in the same look', async (t) => {
  const { match, nearest, matchOrNearest } = matcher({ a: ['opening hours'], b: ['delivery time'] })
  t.same(matchOrNearest('opening hour', 2), match('opening hour'))
  const vague = 'a table on the terrace with a view of the opening ceremony'
  t.equal(match(vague), null)
  t.same(matchOrNearest(vague, 2), nearest(vague, 2))
  t.same(matchOrNearest('zzz', 2), [])
})

t.test('a picture alone can be a phrase', async (t) => {
  t.match(matcher({ thanks: ['👍'] }).match('👍🏽'), { reply: 'thanks', how: 'phrase' })
})

t.test('no text makes it throw, and every answer it gives exists', async () => {
  const script = parse(CONTRACT)
  const { match } = createMatcher(script)
  const words = [
    'when',
    'are',
    'you',
    'opne',
    'hours',
    'order',
    '12',
    'человек',
    '営業',
    '👍',
    "'",
    '’',
    'toString',
    '__proto__',
    '\0',
    '\u202E',
    '\uD800',
  ]
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: anyCharacter, maxLength: 700 }),
        fc.array(fc.constantFrom(...words), { maxLength: 60 }).map((parts) => parts.join(' ')),
      ),
      (text) => {
        const found = match(text)
        return (
          found === null || (script.replies.has(found.reply) && found.confidence > 0 && found.confidence <= 1)
        )
      },
    ),
    { numRuns: 2000 },
  )
})

t.test('no message changes what the next one finds', async () => {
  const script = parse(CONTRACT)
  const { matchOrNearest } = createMatcher(script)
  const words = [
    'when',
    'are',
    'you',
    'opne',
    'open',
    'opening',
    'closng',
    'time',
    'hours',
    'order',
    '12',
    'agents',
    'prson',
    'sandwiches',
  ]
  fc.assert(
    fc.property(
      fc.array(
        fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 40 }).map((parts) => parts.join(' ')),
        { minLength: 2, maxLength: 6 },
      ),
      (texts) => {
        const inTurn = texts.map((text) => matchOrNearest(text, 4))
        const alone = texts.map((text) => createMatcher(script).matchOrNearest(text, 4))
        return isDeepStrictEqual(inTurn, alone)
      },
    ),
    { numRuns: 300 },
  )
})

t.test('hostile texts of 100,000 characters cost no more than short ones', async (t) => {
  const { match } = createMatcher(parse(CONTRACT))
  const texts = ['a', 'open ', '\u202E', '\0', "a'", 'ﷺ', '👍', '\u0301', ' ', '(', 'aé営'].map((piece) =>
    piece.repeat(100_000),
  )
  const before = process.cpuUsage().user
  for (const text of texts) match(text)
  t.ok(process.cpuUsage().user - before < 1_000_000, 'under a second of work for all of them')
})

t.test('patterns see the lines of a message', async (t) => {
  const found = (when: string, text: string) =>
    createMatcher(parse(`replies: { a: { when: '${when}', say: x } }`)).match(text)?.how
  const letter = 'Hello,\r\norder 12\nbye\u2028now'
  t.equal(found('/^order \\d+$/m', letter), 'pattern')
  t.equal(found('/^order/', letter), undefined, 'without m it is the beginning of the message')
  t.equal(found('/12.bye/s', letter), 'pattern')
  t.equal(found('/12.bye/', letter), undefined)
  t.equal(found('/bye\\s+now$/', letter), 'pattern')
  t.equal(found('/a b/', 'a\u200bb'), 'pattern', 'other control characters are spaces')
})

t.test('an end never fits where a long message is cut', async (t) => {
  const found = (when: string, text: string) =>
    createMatcher(parse(`replies: { a: { when: '${when}', say: x } }`)).match(text)?.how
  const long = `${'a'.repeat(495)} stopped`
  t.equal(found('/stop$/', long), undefined)
  t.equal(found('/stop$/', `${'a'.repeat(495)} stop`), 'pattern', 'the end of a message that was not cut')
  t.equal(found('/stop\\z/', long), undefined)
  t.equal(found('/^a+ s?.*$/', long), undefined)
  t.equal(found('/(stop$)|(a{20})/', long), 'pattern', 'another way to fit')
  t.equal(found('/a+ .*/', long), 'pattern', 'a pattern without an end')
  t.equal(found('/[$]|^a/', long), 'pattern', 'a dollar in brackets is no end')
  t.equal(found('/\\$|^a/', long), 'pattern')
  const lines = `order 12\n${'a'.repeat(600)}`
  t.equal(found('/^order \\d+$/m', lines), 'pattern', 'the end of a line within')
  t.equal(found('/^a+$/m', lines), undefined, 'not the end of a line that was cut')
})
