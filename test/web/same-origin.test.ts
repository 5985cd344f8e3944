import t from 'tap'
import { isForeign } from '../../src/web/same-origin.ts'

const OURS = {
  host: 'bot.example.com',
  origin: 'https://bot.example.com',
  secFetchSite: 'same-origin',
  publicUrl: undefined,
}

t.test('a form of our own passes, behind a proxy too', async (t) => {
  t.notOk(isForeign(OURS))
  t.notOk(isForeign({ ...OURS, secFetchSite: undefined }), 'an older browser')
  t.notOk(
    isForeign({ ...OURS, host: '127.0.0.1:3000', publicUrl: 'https://bot.example.com' }),
    'a proxy that hides the host',
  )
  t.notOk(isForeign({ ...OURS, origin: undefined, secFetchSite: undefined }), 'no browser at all')
  t.notOk(isForeign({ ...OURS, host: 'bot.example.com:443' }), 'a port that goes without saying')
})

t.test('a form from anywhere else does not', async (t) => {
  t.ok(isForeign({ ...OURS, origin: 'https://evil.example' }))
  t.ok(isForeign({ ...OURS, origin: 'https://evil.example', secFetchSite: undefined }))
  t.ok(isForeign({ ...OURS, origin: 'https://bot.example.com.evil.example', secFetchSite: undefined }))
  t.ok(
    isForeign({ ...OURS, origin: 'https://bot.example.com:8443', secFetchSite: undefined }),
    'another port',
  )
  t.ok(isForeign({ ...OURS, origin: 'null', secFetchSite: undefined }), 'a sandboxed frame')
  t.ok(isForeign({ ...OURS, origin: 'null' }))
  t.ok(isForeign({ ...OURS, origin: undefined, secFetchSite: 'cross-site' }))
  t.ok(isForeign({ ...OURS, secFetchSite: 'same-site' }), 'a sister domain')
})
