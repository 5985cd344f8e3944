import t from 'tap'
import { verdictTitle } from '../../src/console/verdict.ts'
import type { NeedView } from '../../src/console/view.ts'
import { WHOLE_BOT } from '../../src/alerts/needs.ts'

const need = (over: Partial<NeedView>): NeedView => ({
  pageId: '1001',
  pageName: 'Bakery',
  label: 'Bakery',
  cause: 'token_invalid',
  what: 'What.',
  remedy: 'Remedy.',
  sinceMs: 0,
  waiting: 0,
  byToken: true,
  ...over,
})

t.test('the title says what is wrong, and does not claim more', async (t) => {
  const title = (...needs: NeedView[]) => verdictTitle({ is: 'needed', needs })
  const bot = { pageId: WHOLE_BOT, pageName: null, label: 'the bot' }
  t.equal(title(need({})), 'Bakery cannot answer')
  t.equal(title(need({ ...bot, cause: 'token_missing' })), 'The bot needs its first token')
  t.equal(title(need({ cause: 'silent' })), 'Bakery hears nothing from Facebook')
  t.equal(title(need({ ...bot, cause: 'silent' })), 'The bot hears nothing from Facebook')
  t.equal(title(need({}), need({ cause: 'silent' })), '2 things keep the bot from answering')
})
