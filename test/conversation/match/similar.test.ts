import t from 'tap'
import { createMatcher, type Matcher } from '../../../src/conversation/match/matcher.ts'
import { CONTRACT, parse } from '../scripts.ts'
import { matcher } from './triggers.ts'

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
