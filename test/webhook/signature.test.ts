import t from 'tap'
import { createSignatureCheck } from '../../src/webhook/signature.ts'
import { sign } from '../helpers/sign.ts'

const check = createSignatureCheck('app-secret-1')
const body = Buffer.from('{"text":"\\u00e4\\/\\u003C\\u0040 and ä/<@😊"}')

t.test('the published example of HMAC-SHA256 holds', async (t) => {
  const fox = Buffer.from('The quick brown fox jumps over the lazy dog')
  const digest = 'f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8'
  t.ok(createSignatureCheck('key')(fox, `sha256=${digest}`))
})

t.test('the raw bytes are what is signed, escaped or not', async (t) => {
  t.ok(check(body, sign(body)))
  t.ok(check(Buffer.from([0xff, 0xfe, 0x00]), sign(Buffer.from([0xff, 0xfe, 0x00]))))
  t.ok(check(Buffer.alloc(0), sign('')))
  t.notOk(check(Buffer.from(JSON.stringify(JSON.parse(body.toString()))), sign(body)))
})

t.test('another secret, one changed byte or one changed digit is refused', async (t) => {
  const header = sign(body)
  t.notOk(check(body, sign(body, 'app-secret-2')))
  t.notOk(check(Buffer.concat([body, Buffer.from(' ')]), header))
  t.notOk(check(body, header.slice(0, -1) + (header.endsWith('0') ? '1' : '0')))
})

t.test('a header of any other shape is refused and never throws', async (t) => {
  const digest = sign(body).slice('sha256='.length)
  for (const header of [
    undefined,
    '',
    'sha256=',
    digest,
    `sha1=${digest}`,
    `sha256=${digest}00`,
    `sha256=${digest.slice(2)}`,
    `sha256=${digest.slice(0, -1)}g`,
    `sha256=${digest}\n`,
    `sha256=${digest}, sha256=${digest}`,
    [`sha256=${digest}`],
  ]) {
    t.notOk(check(body, header), JSON.stringify(header))
  }
})
