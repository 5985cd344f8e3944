import t from 'tap'
import { dateIn, datesIn } from '../../src/conversation/dates.ts'

t.test('a date is understood as ICU writes it, with and without its weekday and year', async (t) => {
  const nowMs = Date.UTC(2026, 8, 21)
  for (const language of 'en de fr es it pt nl pl cs ru uk el ro hu fi sv tr he ar fa hi zh ja ko th id'.split(
    ' ',
  )) {
    for (let month = 0; month < 12; month += 1) {
      const atMs = Date.UTC(2027, month, 17)
      const whole = { day: 'numeric', month: 'long', year: 'numeric' } as const
      for (const style of [whole, { ...whole, weekday: 'long' } as const]) {
        const text = new Intl.DateTimeFormat(`${language}-u-ca-gregory-nu-latn`, style).format(atMs)
        const expected = new Date(atMs).toISOString().slice(0, 10)
        t.equal(
          dateIn(text, { nowMs, timeZone: 'UTC', languages: [language] }),
          expected,
          `${language}: ${text}`,
        )
      }
    }
  }
  t.equal(
    dateIn('2027(e)ko urtarrilaren 17(a), igandea', { nowMs, timeZone: 'UTC', languages: ['eu'] }),
    null,
  )
})

const atMs = Date.UTC(2026, 8, 21)

/** A day is said, and another one is meant, or may be: each is asked again. It is Monday, 21 September 2026. */
const DOUBTED: Record<string, readonly string[]> = {
  'what denies or excepts it': [
    "en: not tomorrow / I can't tomorrow / Friday doesn't work / no, not Friday / anything but Friday / not 24.12. / no Friday",
    'de: nicht morgen / Freitag geht nicht / kein Freitag / alles außer Freitag / nicht am 24.12.',
    'es: mañana no / no puedo el viernes',
    'fr: pas demain / vendredi, pas samedi',
    'pt: amanhã não / tirando sexta-feira / sem ser sexta-feira',
    "en: without Friday / skip Friday / anything works besides Friday / I'm away tomorrow / Friday is fully booked for me",
    'de: ohne Freitag / Freitag ungern / Freitag ist ungünstig / Freitag fällt aus / Freitag bin ich weg',
    'es: sin el viernes',
    'fr: sans vendredi',
    'it: senza venerdì',
    'nl: zonder vrijdag / vrijdag ben ik weg',
    'it: non venerdì',
    'nl: niet morgen',
    'pl: nie jutro',
    'ru: не завтра',
    'tr: yarın değil',
    'ar: ليس غدا',
    'ja: 明日はダメ',
    'zh: 明天不行',
    'fi: ei huomenna',
    // Its words of doubt are not known.
    'eu: ez bihar',
  ],
  'a day beside it': [
    'en: weekend of 5 May / my birthday is 5 May, the day before',
    'en: before Friday / the day after Friday / the day before tomorrow / after 24 December / last Friday / Good Friday / every Friday',
    'de: vor Freitag / Tag vor Freitag / nach dem 24.12. / letzten Freitag / jeden Freitag / übernächsten Freitag',
    'fr: après vendredi / la veille de vendredi / vendredi dernier',
    'es: antes del viernes / el viernes pasado',
    'nl: de vrijdag daarna / de vrijdag erop / eerder dan 3 oktober / witte donderdag / sinds vrijdag',
    'en: earlier than Friday / since Friday / a day from tomorrow / the Friday before Christmas / Ash Wednesday',
    'de: früher als Freitag / Freitag darauf / in der Nacht auf Freitag / seit Freitag',
    'fr: depuis vendredi / plus tard que vendredi / mercredi des cendres / mardi gras / un vendredi sur deux',
    'es: el otro viernes / los viernes / domingo de ramos',
    'it: mercoledì delle ceneri / più tardi del 3 ottobre',
    'pt: quarta-feira de cinzas / a segunda sexta-feira / toda sexta-feira',
    'nl: na vrijdag',
    'da: før 24. december',
    'zh: 上星期五',
    'ja: 来週の今日',
  ],
  'another week or month': [
    'en: about in 3 days / in 2 or 3 days / in 3 business days / in two weeks',
    'de: etwa in 3 Tagen / innerhalb von 3 Tagen',
    'en: tomorrow week / today in a month / a week before tomorrow / last Friday in May / second Friday of October / Friday in May / a week from 24.12.',
    'de: heute vor einer Woche / ab morgen eine Woche / morgen in acht Tagen / Freitag in acht Tagen / letzter Freitag im Mai',
    'es: hoy en quince / de mañana en ocho / hoy en ocho días / mañana en quince días',
    'fr: demain en huit',
    'it: oggi a otto',
    'pt: hoje a quinze / hoje a oito dias',
    'ru: сегодня через неделю',
    'ar: اليوم بعد أسبوع',
    'ja: 今日から一週間後',
    'zh: 今天起一周后',
  ],
  'one of many': [
    'en: a Friday / any Friday / the second Friday / the following Friday / which Friday?',
    'de: irgendein Freitag / an einem Freitag / am zweiten Freitag / Freitag KW 40',
    'fr: un vendredi',
    'es: cualquier viernes',
    'it: un venerdì',
    'pt: qualquer sexta-feira',
    'zh: 明天以后',
  ],
  'several days': [
    'en: 3 to 5 March / March 3-5 / 24 or 25 December / 24.12. - 26.12.2026 / 24/12 or 26/12 / Dec 24 and Dec 26 / December 24, 25 / 24 December to 3 January / 2026-12-24 to 2026-12-26 / Friday or later',
    'de: 24.-26.12. / 24./25. Dezember / 24.12. und 25. / für 3. bis 5. März',
    'fr: du 3 au 5 mars',
    'es: del 3 al 5 de marzo',
    'it: 24 o 25 dicembre',
    'pl: od 3 do 5 marca',
    'ja: 12月24日から26日',
    'en: the house 24/12 to 26/12 / the house 3/4 to 5/4 / room 3/4 to 5/4',
  ],
  'days that contradict each other': [
    'en: Friday 26.9. / Monday 25 September / tomorrow, 24.12. / Wed 1 Oct',
    'de: Freitag, 24.12. / Mi 25.9.',
  ],
  'no day at all': [
    'en: Version 2.10 / v2.10 / size 10/12 / I take size 8/10 / 192.168.1.1 / CHF 10.10 / £5.10 / 3/4 inch',
    'de: Version 2.10 / Größe 10/12 / 12.10 CHF / 1/2 Kilo',
    'en: room 3/4 / house 3/4 / it costs 12.10 / a price of 12.10 / 12.10 each / 4/5 stars / part 1/2',
    'de: Zimmer 3/4 / Nr. 3/4 / das kostet 12.10 / 12.10 pro Person / Linie 5/6',
    'fr: taille 10/12 / 06.12.34.56.78 / 06/12/34/56/78',
    'es: talla 10/12 / versión 2.10',
    'pl: rozmiar 10/12 / 10.10 zł',
    'de: um 10.10 / 4/5 Personen / im April, 4 Personen / ich sage morgen Bescheid / diesen Morgen',
    'en: 4/5 people / April 4 people / let me know tomorrow / ask Morgan / the domain',
    'es: esta mañana',
    'da: god morgen',
    'de: guten Morgen / am Morgen / 1.5 Stunden / um 10.10 Uhr',
    'en: 2.5 km / € 3.5 / 1/2 kg / 24/7 / 3.10 pm / we march 4 miles',
    'es: por la mañana',
  ],
  'a misspelt name that may be two days, and other forms of a name': [
    'en: thuesday / tursday / Sundays / sundae / not tommorow / next firday / tommorow or saterday',
    'de: Montage / an Freitagen / samstags',
    'it: le domeniche / i sabati',
    'uk: через неделю',
    'ru: через неделю / до пятнцу',
  ],
  'another word that resembles a name': [
    'en: something sturdy / sundry things',
    'es: ¿a qué hora vienes? / no lo he sabido / algo salado / el dominio',
    'fr: je fais une démarche / je le vendrai',
    'it: qualcosa di salato',
  ],
  'a number that may be its day': [
    'en: Friday 4 / tomorrow 19 / Friday the 18th / 2 May 4 / Friday between 24 and 31 / from 3 to 5 December / Friday of 11',
    'de: Freitag zwischen 25. und 28. / Freitag von 4. bis 6. / Freitag den 18.',
    'es: viernes día 18 / viernes 2 por favor / entre 4 y 6 de diciembre',
    'fr: vendredi à partir du 20',
    'it: venerdì dopo il 20',
  ],
  'a Saturday in Polish that is another one, or several': [
    'pl: co sobotę / w zeszłą sobotę / w przyszłą sobotę / w drugą sobotę / nie w sobotę / w sobotę za tydzień / w wielką sobotę / w sobotę po świętach',
  ],
  'a part of a day that is denied, another one, or one of several': [
    'en: not tonight / tonight or tomorrow',
    'en: between Christmas and New Year’s Eve',
    'de: zwischen Weihnachten und Silvester',
    'es: entre Navidad y Nochevieja',
    'nl: tussen kerst en oudejaarsavond',
    'de: nicht Freitagabend / nächsten Freitagabend / Freitagabend oder Samstagabend',
    'nl: niet vanavond / vrijdagavond of zaterdagavond',
  ],
  'a weekday of another case that is denied, another one, or one of several': [
    'cs: každou sobotu / minulou sobotu / příští sobotu / v jinou sobotu / ne v sobotu / v sobotu nebo v neděli / v sobotu za týden / druhou sobotu / některou sobotu / v sobotu nemůžu / poslední sobotu / v sobotu po svátcích',
    'ru: в прошлую пятницу / в следующую пятницу / каждую пятницу / не в пятницу / в пятницу или в субботу / в пятницу не могу / во вторую пятницу / в другую пятницу / в пятницу через неделю / через пятницу / в пятницу после праздников / в любую субботу / в страстную пятницу / в последнюю пятницу',
    "uk: у наступну п'ятницю / кожну п'ятницю / не в п'ятницю / у п'ятницю або в суботу / в іншу суботу / у другу суботу / у суботу через тиждень / у будь-яку суботу",
    'hu: nem pénteken / minden pénteken / jövő pénteken / múlt pénteken / pénteken vagy szombaton / péntek után / másik pénteken / valamelyik pénteken',
    'fi: ei perjantaina / ensi perjantaina / viime perjantaina / perjantaina tai lauantaina / perjantaina en pääse / jonain perjantaina',
  ],
  'an eve that is denied, another day, or not the date': [
    'en: not on Christmas Eve / the day before Christmas Eve / Dec 25 (Christmas Eve) / Friday after Christmas Eve / Christmas Eve or New Year’s Eve',
    'de: nicht Heiligabend / Freitag nach Silvester / am Tag vor Heiligabend',
  ],
  'a weekday beside days that are named otherwise': [
    'en: Friday after my exams / Friday after the exams / the Friday before my wedding / Friday after our trip',
    'de: Freitag nach den Prüfungen / Freitag nach meinen Klausuren / Freitag nach der Hochzeit',
    'fr: vendredi après mes examens / vendredi après le mariage',
    'es: el viernes después de mis exámenes',
    'it: venerdì dopo gli esami',
    'nl: vrijdag na mijn examens',
    'pl: w piątek po egzaminach',
  ],
  'a weekday beside a holiday': [
    'en: Friday after the holidays',
    'de: Freitag nach Weihnachten / Freitag, Silvester / Freitag nach den Feiertagen',
    'fr: vendredi après Noël',
    'es: el viernes después de Navidad',
    'it: venerdì dopo Natale',
    'pt: no sábado depois do Natal',
    'nl: vrijdag na kerst',
  ],
  'a denial with an idiom beside it': [
    "en: I can't wait until Friday / why not Friday but Saturday / not too sure about Friday",
    'de: nicht zu spät, aber nicht Freitag / Freitag? Nein',
    'nl: vrijdag? nee',
    'es: no sábado',
    'pt: no sábado não posso / no sábado seguinte',
    'it: no sabato',
    'fr: pourquoi pas vendredi ou samedi',
  ],
}

/** And these are taken. */
const TAKEN: Record<string, readonly string[]> = {
  '2026-09-22': [
    'en: tommorow / tomorow at 5, please / tommorrow / tuseday',
    'de: Dinstag',
    'en: 7 pm tomorrow / tomorrow quarter past 7 / tomorrow after work / after 5 tomorrow / tomorrow, 2 adults and 2 children / ok, tomorrow then',
    'de: morgen um halb acht / Guten Tag, morgen bitte / morgen nach 18 Uhr / morgen ab 18 Uhr',
    'es: mañana a las 7 de la tarde / Buenos días, mañana',
    'fr: demain à 19h30',
    'pt: amanhã às 19h',
    'ar: غدا الساعة ٧ مساء',
    'ja: 明日の午後7時 / すみません、明日でお願いします',
    'zh: 明天晚上7点',
    'ru: завтра в 7',
    'hi: कल',
  ],
  '2026-09-23': [
    'en: wensday / on Wendsday, 4 people / the day after tomorow',
    'de: am Mitwoch um 7',
    'fr: mecredi',
    'pl: w środę o 19',
    'cs: ve středu / ve středu v 18:30',
    'ru: в среду в 18',
    'uk: у середу',
    'hu: szerdán',
  ],
  '2026-09-27': ['cs: v neděli / v neděli v poledne', 'uk: у неділю', 'fi: sunnuntaina'],
  '2026-12-31': [
    "en: New Year's Eve / Dec 31, NYE",
    'de: Silvester / 31.12. (Silvester)',
    'es: Nochevieja',
    'nl: oudejaarsavond',
  ],
  '2027-12-24': ['en: 24 December 2027, Christmas Eve'],
  '2026-09-24': [
    'en: no, I mean Thursday / in 3 days / three days from now',
    'de: nein, Donnerstag / in drei Tagen',
    'es: no, el jueves / dentro de 3 días',
  ],
  '2026-09-25': [
    'pt: a sexta-feira',
    'ru: в пятницу / в пятницу вечером / в эту пятницу',
    "uk: у п'ятницю / в п’ятницю о 19",
    'hu: pénteken / pénteken este 7-kor',
    'fi: perjantaina',
    'he: ביום שישי',
    'en: Friday, size 10/12 please / Friday after my shift / Friday after my exam / Friday after work, birthday dinner for 6',
    'de: Freitag, Größe 38/40',
    'fr: vendredi, mon numéro est le 06 12 34 56 78',
    'en: a table on Friday',
    'de: Freitag, 4/5 Personen / um 10.10 am Freitag / Fr. 25.09.2026 ab 19.00 Uhr',
    'en: Friday, 4 people / 4 people on Friday / Friday for 4 / Friday 25.9. / Friday at 7 or 8 / by Friday / on Friday evening with the kids / book for Friday',
    'de: Freitag ohne Kinder / Guten Morgen, am Freitag / Freitag 18-20 Uhr / Freitag, 25. September, 19 Uhr, 4 Personen / Fr 25.9.',
    'en: Friday for our Christmas party / Friday after work',
    "en: Friday the 25th / Friday, not too late / no problem, Friday / Friday. We can't wait! / Friday, party of 4 / we will be 4 on Friday / Friday between 7 and 9",
    'de: Freitag, kein Problem / Freitag nicht zu spät / Freitag von 18 bis 20 Uhr / Freitag zwischen 18 und 20 / wir sind 4, Freitag',
    'de: Freitagabend / am Freitagnachmittag um 3 / Freitagmorgen',
    'nl: komende vrijdag / vrijdagavond / vrijdag niet te laat / vrijdag tussen 7 en 8',
    'it: venerdì dopo le 20.30 / venerdì dopo le 20 / venerdì dalle 20 / venerdì tra le 19 e le 20 / venerdì, non troppo tardi',
    'fr: vendredi, sans enfants / vendredi, 4 personnes / pourquoi pas vendredi / vendredi, pas trop tard / vendredi nous serons 4',
    'es: el viernes, 4 personas / viernes día 25 / el viernes no hay problema / somos 4, el viernes / viernes entre 8 y 9',
    'pl: w piątek o 19 / piątek po 18 / piątek między 19 a 20 / piątek, nie za późno',
    'tr: 4 kişiyiz, cuma',
  ],
  '2026-09-21': [
    'pl: dziś wieczorem',
    'en: tonight / tonight at 8 for two, please',
    'fr: ce soir / ce soir à 20h',
    'it: stasera alle 8',
    'es: esta noche',
    'nl: vanavond',
  ],
  '2026-09-26': [
    'cs: v sobotu / v sobotu odpoledne pro 4 osoby',
    'ru: в субботу днем / на субботу, 4 человека',
    'uk: у суботу / в суботу на 4 особи',
    'hu: szombaton',
    'fi: lauantaina',
    'de: am Samstag mit 2 Kindern',
    'pl: w sobotę / na sobotę, 4 osoby / w sobotę o 8 dla 4 osób',
    'pt: no sábado / no sábado para 4 pessoas / no sábado a partir das 8 / sábado dia 26',
  ],
  '2026-12-01': ['it: 1° dicembre'],
  '2026-09-28': [
    'en: today in a week / a week from today',
    'de: heute in einer Woche',
    'nl: vandaag over een week',
    'it: oggi fra una settimana',
  ],
  '2026-10-05': ['de: in zwei Wochen ab heute / heute in 14 Tagen'],
  '2026-12-24': [
    'pl: 24 grudnia o 20 / 24 grudnia o godz. 20',
    'de: 24.12. wir sind 4 / 24.12., Heiligabend',
    'en: room 3/4 on 24 December / 24.12., house 3/4 / it costs 12.10 on 24.12. / no, 24.12.',
    'en: a room 24/12 please / the house 24/12 / flat 24-12-2026 / 24/12 per person / 24/12 per night / the price 24/12',
    'de: Zimmer 24.12. / Zimmer 3/4, 24.12. / Nr. 4 am 24.12. / Zimmer 24/12 / Wohnung 3 24.12.',
    'fr: une chambre 24/12',
    'es: cena 24/12 / habitación 24/12',
    'it: camera 24/12 / 24/12 per notte',
    'pt: quarto 24/12',
    'it: il 24/12 per 4 / 24/12 per favore / 24/12 per due persone / per il 24/12',
    'cs: 24/12 pro 4 osoby',
    'nl: per 24/12',
    'pt: no dia 24 de dezembro',
    'en: 24 December 2 nights / 2 nights from 24 December',
    'de: 24.12.19:00 Uhr / am 24.12. um 10.15',
    'en: Dec 24 (Christmas Eve) / Christmas Eve / 24 December, Christmas Eve, for 6',
    'de: Heiligabend',
    'es: 24 de diciembre, Nochebuena',
    'it: 24 dicembre, vigilia di Natale',
    'pt: véspera de Natal, 24 de dezembro',
    'nl: kerstavond',
    "en: December 24, 4 people / 4 people December 24 / Thursday 24.12. / 24 Dec '26 / 24 December for 3 days",
  ],
}

const each = (rows: readonly string[]): { language: string; text: string }[] =>
  rows.flatMap((row) => {
    const [, language = '', texts = ''] = /^(\w+): (.*)$/.exec(row) ?? []
    return texts.split(' / ').map((text) => ({ language, text }))
  })

for (const [kind, rows] of Object.entries(DOUBTED)) {
  t.test(`a date question is asked again for ${kind}`, async (t) => {
    for (const { language, text } of each(rows))
      t.equal(
        dateIn(text, { nowMs: atMs, timeZone: 'UTC', languages: [language] }),
        null,
        `${language}: ${text}`,
      )
  })
}

t.test(
  'a day is taken with a time, a number of people and words that say no more than it does',
  async (t) => {
    for (const [date, rows] of Object.entries(TAKEN))
      for (const { language, text } of each(rows))
        t.equal(
          dateIn(text, { nowMs: atMs, timeZone: 'UTC', languages: [language] }),
          date,
          `${language}: ${text}`,
        )
  },
)

t.test(
  'which of two numbers is the month goes by the region of the English, or that of the time zone',
  async (t) => {
    const dates = (text: string, timeZone: string, ...languages: string[]) =>
      datesIn(text, { nowMs: atMs, timeZone, languages })
    const [may, march] = ['2027-05-03', '2027-03-05']
    for (const zone of ['America/New_York', 'America/Indianapolis', 'Pacific/Honolulu', 'Asia/Manila'])
      t.strictSame(dates('5/3', zone, 'en'), [may], zone)
    for (const zone of ['Europe/London', 'Australia/Sydney', 'Europe/Berlin'])
      t.strictSame(dates('5/3', zone, 'en'), [march], zone)
    t.strictSame(dates('5/3', 'Europe/Berlin', 'en_US'), [may])
    t.strictSame(dates('5/3', 'America/New_York', 'en_GB'), [march])
    t.strictSame(dates('5/3', 'America/New_York', 'es'), [march])
    for (const [zone, ...languages] of [
      ['UTC', 'en'],
      ['America/Toronto', 'en'],
      ['America/New_York', 'en', 'es'],
      ['UTC', 'de', 'en'],
    ] as const) {
      t.strictSame(dates('5/3', zone, ...languages).toSorted(), [march, may], `${zone} ${languages.join()}`)
      t.strictSame(dates('5.3.', zone, ...languages), [march])
      t.strictSame(dates('24/3', zone, ...languages), ['2027-03-24'])
      t.strictSame(dates('Wed 5/3', zone, ...languages), [], 'neither is a Wednesday')
      t.strictSame(dates('Monday 5/3', zone, ...languages), [may], 'the weekday decides')
    }
  },
)
