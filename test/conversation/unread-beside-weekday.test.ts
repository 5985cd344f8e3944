import t from 'tap'
import { datesIn } from '../../src/conversation/dates.ts'

/** It is Monday, 21 September 2026. */
const daysIn = (row: string): { texts: string[]; days: (text: string) => string[] } => {
  const [, languages = '', texts = ''] = /^(\S+): (.*)$/.exec(row) ?? []
  const place = { nowMs: Date.UTC(2026, 8, 21), timeZone: 'UTC', languages: languages.split(',') }
  return { texts: texts.split(' / '), days: (text) => datesIn(text, place) }
}

t.test('a weekday beside a word that the bot does not know may be this one or the next', async (t) => {
  for (const row of [
    'en: penultimate Friday / the other Friday / le prochain Friday',
    'fr: other Friday / vendredi subséquent / vendredi qui vient',
    'es: el viernes que viene / el viernes subsiguiente',
    'it: venerdì che viene',
    'pt: sexta que vem / sexta-feira que vem',
    'ro: vinerea viitoare / a doua vineri',
    'tr: öbür cuma / sonraki cuma / diğer cuma',
    'hi: अगले शुक्रवार / दूसरे शुक्रवार / आने वाले शुक्रवार / दूसरे हफ़्ते के शुक्रवार',
    'th: วันศุกร์หน้า / วันศุกร์ถัดไป',
    'ja: 次の金曜日 / 翌金曜日',
    'zh: 第二个星期五',
    'ko: 두 번째 금요일',
    'vi: thứ sáu tới / thứ sáu sau',
    'sw: Ijumaa ijayo',
    'ar: الجمعة القادمة / الجمعة الثانية',
    'he: יום שישי הבא',
    'de: nächsten Fr',
  ]) {
    const { texts, days } = daysIn(row)
    for (const text of texts) {
      const said = days(text)
      t.ok(said.length === 0 || said.join() === '2026-09-25,2026-10-02', `${row}: ${text} ${said.join()}`)
    }
  }
})

t.test('a weekday among words of politeness and of the day is taken', async (t) => {
  for (const row of [
    'en: Friday please / on Friday at 5 / maybe Friday / friday works for me / ok friday / book Friday / the coming Friday',
    'fr: vendredi, ça marche / plutôt vendredi / friday works for me / Freitag passt mir',
    'de: bis Freitag / am Freitag',
    'es: el viernes me va bien / mejor el viernes',
    'it: facciamo venerdì / venerdì va bene',
    'pt: na sexta / sexta, por favor / pode ser sexta',
    'tr: cuma olur mu / cuma akşam',
    'hi: शुक्रवार को / शुक्रवार ठीक है / इस शुक्रवार',
    'th: วันศุกร์ได้ไหมครับ / วันศุกร์ตอนเย็น / จองวันศุกร์',
    'ja: 今週の金曜日 / 金曜日にお願いします / はい、金曜日',
    'zh: 我想订星期五 / 周五可以吗 / 就周五晚上',
    'ko: 금요일로 해주세요 / 이번 주 금요일',
    'vi: đặt bàn thứ sáu / thứ sáu / thứ sáu được không / thứ sáu này nhé',
    'sw: Ijumaa inawezekana? / labda Ijumaa',
    'id: Jumat bisa? / hari Jumat',
    'ar: يوم الجمعة / الجمعة ممكن؟',
    'he: יום שישי בבקשה',
    'fa: جمعه خوبه',
  ]) {
    const { texts, days } = daysIn(row)
    for (const text of texts) t.strictSame(days(text), ['2026-09-25'], `${row}: ${text}`)
  }
})

t.test('a day before, after or until another one is asked again, also where that is "next"', async (t) => {
  for (const row of [
    'en: after next Friday / before the next Friday / until Friday / until next Friday / next to Friday / Friday after next / Friday after next week',
    'de: nach nächstem Freitag / Freitag nach nächster Woche',
    "fr: avant vendredi prochain / jusqu'à vendredi prochain / the second Friday / am zweiten Freitag / the following Friday",
    'es: antes del próximo viernes / hasta el viernes que viene',
    'nl: na volgende vrijdag',
    'zh: 下下周五 / 下下星期五',
    'ja: 再来週の金曜日',
    'ko: 다다음 주 금요일',
    'ar: الجمعة بعد القادمة',
    'vi: chủ nhật không được',
    'sw: Jumapili haiwezekani',
    'tr: cuma sonrası',
  ]) {
    const { texts, days } = daysIn(row)
    for (const text of texts) t.strictSame(days(text), [], `${row}: ${text}`)
  }
})

t.test(
  'a weekday of the next week, and days or weeks from today, are known as each language writes them',
  async (t) => {
    for (const [day, ...rows] of [
      [
        '2026-10-02',
        'zh: 下周五 / 下星期五可以吗 / 下个星期五 / 下周五晚上7点',
        'ja: 来週の金曜日 / 来週金曜',
        'ko: 다음 주 금요일 / 다음주 금요일',
        'hi: अगले हफ्ते शुक्रवार / अगले सप्ताह शुक्रवार',
        'th: วันศุกร์สัปดาห์หน้า / วันศุกร์อาทิตย์หน้า',
        'vi: thứ sáu tuần sau',
      ],
      ['2026-09-23', 'ar: بعد غد', 'vi: ngày mốt', 'fr: après-demain'],
      [
        '2026-09-24',
        'ru: через три дня / можно через 3 дня?',
        'pl: za 3 dni',
        'pt: daqui a 3 dias',
        'tr: 3 gün sonra',
        'ja: 3日後',
        'zh: 三天后可以吗',
        'vi: 3 ngày nữa',
        'ar: بعد 3 أيام',
        'sv: om 3 dagar',
        'th: อีก 3 วัน',
      ],
      [
        '2026-10-05',
        'ru: через 2 недели',
        'pl: za 2 tygodnie',
        'cs: za 2 týdny',
        'pt: daqui a 2 semanas',
        'id: 2 minggu lagi',
        'hi: 2 हफ्ते बाद',
        'zh: 两周后 / 两个星期后',
        'ko: 2주 후',
        'fi: 2 viikon päästä',
      ],
    ] as const)
      for (const row of rows) {
        const { texts, days } = daysIn(row)
        for (const text of texts) {
          const [first, ...others] = days(text)
          t.strictSame([first, others.length], [day, day === '2026-10-05' ? 6 : 0], `${row}: ${text}`)
        }
      }
    const { texts, days } = daysIn('ru: не через 2 недели / через 2 или 3 дня / 2 недели')
    for (const text of texts) t.strictSame(days(text), [], text)
  },
)
