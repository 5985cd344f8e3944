import t from 'tap'
import { diffProfile, toMessengerProfile } from '../../src/profile/messenger-profile.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { CONTRACT, parse } from '../conversation/scripts.ts'

const WANTED = toMessengerProfile(parse(CONTRACT)) ?? {}

t.test('the profile of a script is told in the shapes of the reference', async (t) => {
  t.same(WANTED, {
    get_started: { payload: 'welcome' },
    greeting: [{ locale: 'default', text: 'Hi {{user_first_name}}! Ask me anything.' }],
    ice_breakers: [
      { call_to_actions: [{ question: 'When are you open?', payload: 'hours' }], locale: 'default' },
    ],
    persistent_menu: [
      {
        locale: 'default',
        composer_input_disabled: false,
        call_to_actions: [
          { type: 'postback', title: 'Opening hours', payload: 'hours' },
          { type: 'web_url', title: 'Website', url: 'https://example.com' },
        ],
      },
    ],
  })
})

t.test('a script that says nothing of the profile leaves it alone', async (t) => {
  t.equal(toMessengerProfile(parse('replies: { a: { say: x } }')), null)
})

t.test('nothing is told when nothing differs, whatever Facebook has added', async (t) => {
  t.same(diffProfile(WANTED, WANTED), { set: {}, delete: [] })

  const asFacebookKeepsIt = structuredClone(WANTED)
  const [menu] = asFacebookKeepsIt['persistent_menu'] as [JsonObject]
  menu['disabled_surfaces'] = []
  const [, website] = menu['call_to_actions'] as [JsonObject, JsonObject]
  website['webview_height_ratio'] = 'full'
  t.same(diffProfile(asFacebookKeepsIt, WANTED), { set: {}, delete: [] })
})

t.test('an empty profile is told everything', async (t) => {
  t.same(diffProfile({}, WANTED), { set: WANTED, delete: [] })
})

t.test('only what differs is told', async (t) => {
  const current = { ...WANTED, greeting: [{ locale: 'default', text: 'Hello' }] }
  t.same(diffProfile(current, WANTED), { set: { greeting: WANTED['greeting'] }, delete: [] })

  const fewer = { ...WANTED, ice_breakers: [{ call_to_actions: [], locale: 'default' }] }
  t.same(Object.keys(diffProfile(fewer, WANTED).set), ['ice_breakers'])
})

t.test('a menu is told together with its Get Started', async (t) => {
  const current = { ...WANTED, persistent_menu: [] }
  t.same(Object.keys(diffProfile(current, WANTED).set).toSorted(), ['get_started', 'persistent_menu'])
})

t.test('what the script has no longer is deleted; what it never spoke of stays', async (t) => {
  const current = {
    ...WANTED,
    whitelisted_domains: ['https://example.com/'],
    commands: [{ locale: 'default' }],
  }
  const wanted = toMessengerProfile(parse('profile: { greeting: Hi }\nreplies: { a: { say: x } }')) ?? {}

  t.same(diffProfile(current, wanted), {
    set: { greeting: [{ locale: 'default', text: 'Hi' }] },
    delete: ['get_started', 'ice_breakers', 'persistent_menu', 'commands'],
  })
  t.same(diffProfile({ ice_breakers: [] }, wanted).delete, [])
})

t.test('nonsense from Facebook counts as different', async (t) => {
  for (const nonsense of ['x', 7, null, true, [null], { text: 1 }]) {
    t.same(Object.keys(diffProfile({ ...WANTED, greeting: nonsense }, WANTED).set), ['greeting'])
  }
})

t.test('a profile in many languages goes by the locales that Messenger has', async (t) => {
  const shown = (languages: string[]) =>
    toMessengerProfile(
      parse(
        `profile: { greeting: { en: Hi, ${languages.map((language) => `${language}: Hi`).join(', ')} } }\nreplies: { a: { say: x } }`,
      ),
    )?.['greeting'] as { locale: string }[]
  const pairs =
    'af_ZA bn_IN gu_IN kn_IN ml_IN mr_IN ms_MY pa_IN ta_IN te_IN tl_PH nb_NO de_DE uk_UA he_IL el_GR ja_JP vi_VN'
  for (const locale of pairs.split(' '))
    t.same(
      shown([locale.slice(0, 2)]).map((one) => one.locale),
      ['default', locale],
    )
  t.same(
    shown(['no', 'pt', 'fr_CA']).map((one) => one.locale),
    ['default', 'nb_NO', 'pt_PT', 'pt_BR', 'fr_CA'],
  )
})
