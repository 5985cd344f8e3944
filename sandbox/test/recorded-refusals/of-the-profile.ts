import { bad, link, postback, required, type Recorded } from './recorded.ts'

const PROFILE = 'test files on the Messenger Profile by the author of send-as (2017)'

/** Of the Messenger Profile. */
export const OF_THE_PROFILE: readonly Recorded[] = [
  {
    name: 'nothing for the profile',
    source: PROFILE,
    send: { profile: { get_started: null } },
    // The list grew since: it begins as recorded.
    refused: { code: 100 },
  },
  ...[{ payload2: null }, { payload: 'a', payload2: null }, { payload2: '' }].map(
    (get_started): Recorded => ({
      name: `Get Started with ${Object.keys(get_started).join(' and ')}`,
      source: PROFILE,
      send: { profile: { get_started } },
      refused: bad('Invalid keys "payload2" were found in param "get_started".'),
    }),
  ),
  ...[{}, { payload: null }, { payload: '' }].map((get_started): Recorded => ({
    name: `Get Started that is ${JSON.stringify(get_started)}`,
    source: PROFILE,
    send: { profile: { get_started } },
    refused: required('get_started[payload]'),
  })),
  {
    name: 'a domain that is no address',
    source: PROFILE,
    send: { profile: { whitelisted_domains: ['/haha'] } },
    refused: bad('whitelisted_domains[0] should represent a valid URL'),
  },
  {
    name: 'deleting nothing of the profile',
    source: PROFILE,
    send: { profile: { fields: null }, method: 'DELETE' },
    refused: required('fields'),
  },
  {
    name: 'deleting an empty list of the profile',
    source: PROFILE,
    send: { profile: { fields: [] }, method: 'DELETE' },
    refused: bad('param fields must be non-empty.'),
  },
  {
    name: 'deleting an unknown property of the profile',
    source: PROFILE,
    send: { profile: { fields: ['getting_started'] }, method: 'DELETE' },
    refused: { code: 100 },
  },
  {
    name: 'fields of the profile that are none',
    source: PROFILE,
    send: { path: 'me/messenger_profile?fields=*****' },
    refused: { code: 2500, message: 'Syntax error "Expected name." at character 0: *****' },
  },
  ...['', '?fields=', '?fields=getting_started', '?fields[0]=getting_started'].map((query): Recorded => ({
    name: `reading the profile with ${query || 'no fields'}`,
    source: PROFILE,
    send: { path: `me/messenger_profile${query}` },
  })),
  {
    name: 'a menu without locales',
    source: 'github.com/pimax/fb-messenger-php/issues/90 (2017)',
    send: { profile: { persistent_menu: [link({})] } },
    refused: bad('Invalid keys "type, title, url" were found in param "persistent_menu[0]".'),
  },
  {
    name: 'a menu spelt as in Java',
    source: 'github.com/restfb/restfb/issues/738 (2017)',
    send: { profile: { persistent_menu: [{ locale: 'default', callToActions: [] }] } },
    refused: bad('Invalid keys "callToActions" were found in param "persistent_menu[0]".'),
  },
  {
    name: 'a nested menu',
    source: 'github.com/fbsamples/original-coast-clothing/issues/66 (2021)',
    send: {
      profile: {
        persistent_menu: [
          {
            locale: 'default',
            call_to_actions: [{ type: 'nested', title: 'a', call_to_actions: [postback({})] }],
          },
        ],
      },
    },
    refused: {
      code: 11,
      message: '(#11) Setting of Nested Persistent Menu has been deprecated for v8.0 and higher',
    },
  },
  {
    name: 'a menu without Get Started',
    source: 'github.com/pimax/fb-messenger-php/issues/90 (2017)',
    send: { profile: { persistent_menu: [{ locale: 'default', call_to_actions: [postback({})] }] } },
    refused: bad('You must set a Get Started button if you also wish to use persistent menu.', 2018145),
  },
  {
    name: 'a home that is not whitelisted yet',
    source: 'github.com/Yoctol/bottender/issues/90 (2017)',
    send: {
      profile: {
        whitelisted_domains: ['https://a.example/'],
        home_url: { url: 'https://a.example/', webview_height_ratio: 'tall' },
      },
    },
    refused: bad('The web URL provided is not whitelisted for messenger extensions', 2018063),
  },
]
