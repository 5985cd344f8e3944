import t from 'tap'
import { html } from '../../src/web/html.ts'

t.test('whatever is put into a template is escaped', async (t) => {
  const name = `<script>alert("1")</script> & 'Co'`
  t.equal(
    html`<p title="${name}">${name}</p>`.text,
    '<p title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;Co&#39;">' +
      '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;Co&#39;</p>',
  )
})

t.test(
  'what would turn or break the text around it is left out; what is written from the right stays',
  async (t) => {
    t.equal(html`${'\u202Eevil\u2066 \u200Fمرحبا\u0000\ud800'}`.text, 'evil مرحبا\ufffd\ufffd')
  },
)

t.test('templates nest, in lists too, and nothing shows as nothing', async (t) => {
  const items = ['a', '<b>'].map((text) => html`<i>${text}</i>`)
  const all = html`<p>${items}${null}${undefined}${false}${0}</p>`
  t.equal(all.text, '<p><i>a</i><i>&lt;b&gt;</i>0</p>')
})

t.test('an object that only looks like HTML does not pass as such', async (t) => {
  const forged = { text: '<script>' } as unknown as string
  t.throws(() => html`${forged}`)
})

t.test('marks that would be piled up over the rest of the page are cut down', async (t) => {
  const piled = `evil${'\u0301'.repeat(2000)} ${'\u0489'.repeat(2000)}`
  t.equal(html`${piled}`.text, `evil${'\u0301'.repeat(6)} ${'\u0489'.repeat(6)}`)
  for (const text of ['שָׁלוֹם', 'ที่นี่', 'བསྒྲུབས', 'Việt', 'क्षत्रिय', 'e\u0302\u0301'])
    t.equal(html`${text}`.text, text)
})
