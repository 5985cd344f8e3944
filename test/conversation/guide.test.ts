import { readFile } from 'node:fs/promises'
import t from 'tap'
import { LIMITS } from '../../src/channel/messenger.ts'
import { CONFIDENT } from '../../src/conversation/match/matcher.ts'
import { LARGEST_MEDIA_BYTES } from '../../src/script/media-rules.ts'
import { parseScript } from '../../src/script/parse.ts'
import { SCRIPT_VARIABLES } from '../../src/conversation/variables.ts'

// Tables are padded; scripts are not touched by this.
const guide = (await readFile(new URL('../../docs/bot-script.md', import.meta.url), 'utf8')).replaceAll(
  / +\|/g,
  ' |',
)

t.test('every script in the guide is right', async (t) => {
  const scripts = [...guide.matchAll(/^```yaml\n([^]*?)^```/gm)].map(([, script = '']) => script)
  t.ok(scripts.length > 5)
  for (const script of scripts) {
    t.doesNotThrow(() => parseScript(script, { file: 'bot.yaml', variables: SCRIPT_VARIABLES }), script)
  }
})

t.test('the limits in the guide are those of the code', async (t) => {
  const { text, buttonText, buttonTitle, cardTitle, greeting, quickReplies, cards, iceBreakers, menuItems } =
    LIMITS
  for (const limit of [text, buttonText, buttonTitle, cardTitle, greeting])
    t.match(guide, `${limit} characters`)
  t.match(guide, `Facebook shows ${quickReplies} choices`)
  t.match(guide, `of your own](#pictures-and-files) of ${LARGEST_MEDIA_BYTES / 1024 / 1024} MiB`)
  t.match(guide, `up to ${LIMITS.receiptItems}, each with`)
  t.match(guide, `spaces (${LIMITS.couponCode} characters)`)
  t.match(guide, `1 to ${cards}, side by side`)
  t.match(guide, `| ${iceBreakers} |`)
  t.match(guide, `| ${menuItems}, five or fewer`)
  t.match(guide, `Below ${CONFIDENT} of 1`)
})
