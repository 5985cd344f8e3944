import t from 'tap'
import { texts, walk } from './walk.ts'

t.test('restaurant: a visitor looks at the menu, books a table, and talks to a person', async (t) => {
  const { say, tap, does, offers, inbox, quiet, town } = await walk(t, 'docs/cookbook/restaurant.yaml')
  await say('hi', 2).then((said) =>
    t.match(texts(said)[0], /^Hello Vera! I am the automated assistant of Evergreen Café/),
  )
  t.same(offers(), ['Menu', 'Book a table', 'Opening hours', 'Talk to a person'])
  const [menu] = await tap('Menu')
  t.match(menu?.attachment, { payload: { template_type: 'generic' } })

  t.match(texts(await tap('Book a table', 2)), [/four short questions/i, /How many/])
  t.match(texts(await say('twenty')), [/1 to 12/])
  t.match(texts(await say('we are 4')), [/which day/])
  t.match(
    texts(await say('are you open now?', 3)),
    [/open right now|closed/, /Tuesday/, /which day/],
    'a question between',
  )
  t.match(texts(await say('24.12.2027')), [/what time/])
  t.match(offers(), ['12:00', '13:00', '18:00', '19:00', '20:00', '21:00', 'Cancel'])
  t.match(texts(await tap('19:00')), [/phone number/])
  t.match(texts(await say('+49 30 1234567')), [
    /^Thank you, Vera! .* for 4 on 2027-12-24 at 19:00, and will call \+49301234567/,
  ])
  const { answers } = await town.app.store.formAnswers.list({ limit: 10 })
  t.match(answers, [{ form: 'book', psid: town.psid }])

  t.match(texts(await say('can I talk to a person?')), [/colleague will answer you here/])
  await quiet()
  t.equal(
    town.sandbox.world.conversations.values().next().value?.owner?.appId,
    '263902037430900',
    'the Page inbox has the thread',
  )
  await inbox({ type: 'text', text: 'Hello, this is Maria.' })
  town.say('Thank you Maria')
  await quiet()
  await inbox({ type: 'hand_back' })
  t.match(texts(await does({ type: 'text', text: 'thanks' }, 2)), [
    /automated assistant again/,
    /welcome|pleasure|soon/i,
  ])
})

t.test(
  'clinic: emergencies are sent elsewhere, an appointment is asked for and delivered, photos are not wanted',
  async (t) => {
    const { say, tap, does, offers } = await walk(t, 'docs/cookbook/clinic.yaml')
    const [hello, emergency] = await does({ type: 'get_started' }, 2)
    t.match(hello?.text, /not a doctor/)
    t.match(emergency?.text, /call 112/)
    t.match(
      texts(
        await does({ type: 'attachment', attachment: { type: 'image', url: 'https://example.com/x.png' } }),
      ),
      [/Please do not send/],
    )
    t.match((await say('i have chest pain'))[0]?.attachment, { payload: { text: /Call 112 now/ } })
    t.match(texts(await say('I need an appointment', 2)), [/call you back/, /Your name/])
    t.match(texts(await say('Vera Visitor')), [/born/])
    t.match(texts(await say('long ago')), [/Like 24\.12\.1980/])
    t.match(texts(await say('1 May 1980')), [/suit you/])
    t.same(offers(), ['In the morning', 'In the afternoon', 'Cancel'])
    t.match(texts(await tap('In the morning')), [/phone number/])
    t.match(texts(await say('020 7946 0000')), [/Vera Visitor.*02079460000.*morning/])
    t.match(texts(await say('my tooth aches')), [/cannot judge symptoms/])
  },
)

t.test('shop: a visitor of a campaign, in German by choice, with an order and a size', async (t) => {
  const { say, tap, does, offers } = await walk(t, 'docs/cookbook/shop.yaml')
  t.match(texts(await say('hello')), ['Hi Vera, nice to see you!'])
  const [found, coupon, cards] = await does({ type: 'referral', ref: 'summer' }, 3)
  t.match(found?.text, /summer sale/)
  t.match(coupon?.attachment, {
    payload: {
      template_type: 'coupon',
      title: '20 % off everything',
      coupon_code: 'SUMMER20',
      coupon_url_button_title: 'To the sale',
    },
  })
  t.match(cards?.attachment, { payload: { elements: [{ title: 'Linen shirt' }, { title: 'Straw hat' }] } })
  t.match(texts(await tap('My size?')), [/Which size/])
  t.match(texts(await tap('S')), [/Take S/])
  t.match((await say('where is order 4711'))[0]?.attachment, {
    payload: { buttons: [{ url: 'https://shop.example.com/orders/4711' }] },
  })
  t.match(texts(await say('speak german')), [/Which language/])
  t.match(texts(await tap('Deutsch')), [/^Hallo Vera, schön/])
  t.same(offers(), ['Neuheiten', 'Meine Bestellung', 'Deutsch / English', 'Mit Menschen reden'])
  t.match(texts(await say('newsletter')), [/E-Mail-Adresse/])
  t.match(texts(await say('keine')), ['Eine E-Mail-Adresse, bitte.'])
  t.same(texts(await tap('Abbrechen')), ['In Ordnung, es wurde nichts gesendet.'])
  t.same(texts(await does({ type: 'sticker', stickerId: '369239263222822' })), ['Gern geschehen!'])
  t.same(texts(await say('danke')), ['Jederzeit!'])
})

t.test('municipality: subjects page by page, a damage reported with a pause in between', async (t) => {
  const { say, tap, offers } = await walk(t, 'docs/cookbook/municipality.yaml')
  await say('hello')
  await tap('Subjects')
  t.equal(offers().length, 13)
  t.same(texts(await tap('More …')), ['Here are more:'])
  t.same(offers(), ['Trade', 'Fees and taxes', 'More …'])
  t.match(texts(await tap('Trade')), [/registered online/])
  const [days, hint, calendar] = await say('when is the bin emptied', 3)
  t.match(days?.text, /Mondays/)
  t.match(hint?.text, /calendar/)
  const file = await fetch(String(calendar?.attachment?.payload['url']))
  t.match(await file.text(), /SUMMARY:Paper/)
  t.match(file.url, /waste-calendar\.ics$/)

  t.match(texts(await say('the street light is broken', 2)), [/looking out/, /What is it/])
  t.match(texts(await tap('Street light')), [/Where is it/])
  t.match(texts(await say('Main Street 5')), [/e-mail/])
  t.match(texts(await say('stop')), ['All right, we stop here.'])
  t.match(texts(await say('talk to a person')), [/citizens' office will answer/])
})
