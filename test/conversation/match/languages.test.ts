import t from 'tap'
import { matcher } from './triggers.ts'

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
