import t from 'tap'
import * as m from '../../src/handlers/messages.ts'

const long = (length: number): string => 'x'.repeat(length)

t.test('every kind of message has a builder, in the shape of the Send API', async (t) => {
  t.same(m.text('Hi', [m.quickReply('Yes', 'yes'), m.phoneQuickReply, m.emailQuickReply]), {
    text: 'Hi',
    quick_replies: [
      { content_type: 'text', title: 'Yes', payload: 'yes' },
      { content_type: 'user_phone_number' },
      { content_type: 'user_email' },
    ],
  })
  const media = { image: m.image, audio: m.audio, video: m.video, file: m.file }
  for (const [type, make] of Object.entries(media)) {
    t.same(make('https://x.y/a'), { attachment: { type, payload: { url: 'https://x.y/a' } } })
  }
  t.same(m.uploaded('image', '1857'), { attachment: { type: 'image', payload: { attachment_id: '1857' } } })
  t.match(
    m.buttons('Pick', [
      m.postbackButton('A', 'a'),
      m.urlButton('B', 'https://x.y'),
      m.callButton('C', '+15551234567'),
    ]),
    {
      attachment: {
        payload: {
          template_type: 'button',
          buttons: [{ type: 'postback' }, { type: 'web_url' }, { type: 'phone_number' }],
        },
      },
    },
  )
  t.match(
    m.cards([
      {
        title: 'A',
        subtitle: 'b',
        imageUrl: 'https://x.y/i',
        url: 'https://x.y',
        buttons: [m.postbackButton('A', 'a')],
      },
    ]),
    {
      attachment: {
        payload: {
          template_type: 'generic',
          elements: [{ title: 'A', default_action: { type: 'web_url' } }],
        },
      },
    },
  )
  t.match(m.template({ template_type: 'receipt' }), { attachment: { payload: { template_type: 'receipt' } } })
})

t.test('what Facebook would refuse is refused where it is made', async (t) => {
  const wrong: [what: string, make: () => unknown][] = [
    ['a long text', () => m.text(long(2000))],
    ['no text', () => m.text('')],
    [
      '14 quick replies',
      () =>
        m.text(
          'x',
          Array.from({ length: 14 }, () => m.quickReply('a', 'a')),
        ),
    ],
    ['a long title', () => m.quickReply(long(21), 'a')],
    ['a long payload', () => m.postbackButton('a', long(1001))],
    ['no address', () => m.image('a.png')],
    ['another scheme', () => m.urlButton('a', 'javascript:alert(1)')],
    ['a phone number without +', () => m.callButton('a', '030 123')],
    ['a long text above buttons', () => m.buttons(long(641), [m.postbackButton('a', 'a')])],
    ['4 buttons', () => m.buttons('x', Array.from({ length: 4 }, () => m.postbackButton('a', 'a')) as never)],
    ['no buttons', () => m.buttons('x', [] as never)],
    ['no cards', () => m.cards([])],
    ['11 cards', () => m.cards(Array.from({ length: 11 }, () => ({ title: 'a', subtitle: 'b' })))],
    ['a bare card', () => m.cards([{ title: 'a' }])],
    ['a long title of a card', () => m.cards([{ title: long(81), subtitle: 'b' }])],
  ]
  for (const [what, make] of wrong) t.throws(make, RangeError, what)
})
