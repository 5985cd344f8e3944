import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { NEEDED_SCOPES } from '../src/channel/messenger.ts'
import type { Config } from '../src/base/settings.ts'
import { createAlertBook } from '../src/alerts/alert-book.ts'
import { openChannels, type OpenChannel } from '../src/alerts/channels/channels.ts'
import { createLogNotifier } from '../src/alerts/log-notifier.ts'
import { WHOLE_BOT, type Need, type Needs } from '../src/alerts/needs.ts'
import type { Notice } from '../src/alerts/notice.ts'
import { isQuietAt } from '../src/alerts/quiet-hours.ts'
import { createReminders } from '../src/alerts/reminders.ts'
import { createAlertSending } from '../src/alerts/sending.ts'
import type { Terminal } from '../src/terminal/terminal.ts'
import { createTokenPrompt } from '../src/terminal/token-prompt.ts'
import { createSickPagesRepair } from '../src/token/sick-pages.ts'
import { createTokenNeeds } from '../src/token/token-needs.ts'
import { tokenSource } from '../src/token/token-source.ts'

export interface AlertsOptions {
  /** The terminal in which the operator is asked for a new token; null if the process has none. */
  terminal?: Terminal | null
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The channels for alerts, besides the log and the terminal. */
    alertChannels: readonly Pick<OpenChannel, 'name' | 'check' | 'trial'>[]
  }
}

/** Sends alerts about needs to the operator, and asks for a token in the terminal. */
async function alerts(app: FastifyInstance, { terminal = null }: AlertsOptions) {
  const { clock, config, duty, needs } = app
  const log = app.log.child({ part: 'alerts' })
  const channels = await openChannels(config, { clock, log })
  app.decorate('alertChannels', channels)
  const book = createAlertBook({ records: app.store.records, log })
  const sending = createAlertSending({ book, channels, duty })
  const tellers: ((notice: Notice) => void)[] = [createLogNotifier({ log })]

  const waiting = async (pageId: string): Promise<number> => {
    const { outbox } = await app.store.counts()
    if (pageId !== WHOLE_BOT) return outbox.get(pageId) ?? 0
    return [...outbox.values()].reduce((sum, count) => sum + count, 0)
  }

  if (terminal !== null) {
    const repair = createSickPagesRepair((request) => app.bootstrapToken(request))
    const { url, isFacebook } = tokenSource(config)
    const source = { url, scopes: isFacebook ? NEEDED_SCOPES : [] }
    const prompt = createTokenPrompt({ terminal, needs, clock, waiting, repair, tokenSource: source, log })
    tellers.push(prompt.notify)
    app.addHook('preClose', async () => prompt.stop())
  }

  const reminders = createReminders({
    needs: toldOf(needs, config),
    book,
    duty,
    clock,
    consoleUrl: consoleUrl(config),
    remindMs: config.REMIND_SECONDS * 1000,
    waiting,
    parked: (pageId) => app.store.parked(pageId === WHOLE_BOT ? undefined : pageId),
    isQuiet: (about) =>
      about.every(({ cause }) => cause === 'person') && isQuietAt(config.ALERT_QUIET, clock.now()),
    channels: channels.map(({ name }) => name),
    notify: (notice) => {
      for (const tell of tellers) tell(notice)
    },
    onUnsent: sending.wake,
    log,
  })

  const tokenNeeds = createTokenNeeds({ tokens: app.tokens, needs, duty })
  app.addHook('onReady', async () => {
    tokenNeeds.start()
    reminders.start()
  })
  app.addHook('preClose', async () => {
    tokenNeeds.stop()
    await reminders.stop()
    await Promise.all(channels.map((channel) => channel.stop()))
  })
}

/** The needs without those for which ALERT_PERSON and ALERT_STANDBY turn alerts off; the console still shows them. */
const toldOf = (
  needs: Needs,
  { ALERT_PERSON, ALERT_STANDBY }: Config,
): Pick<Needs, 'open' | 'confirmed' | 'onChange' | 'onReworded'> => {
  const isTold = ({ cause }: Need): boolean =>
    !(cause === 'person' && ALERT_PERSON === 'off') && !(cause === 'standby' && ALERT_STANDBY === 'off')
  return {
    open: () => needs.open().filter(isTold),
    confirmed: () => needs.confirmed().filter(isTold),
    onChange: needs.onChange,
    onReworded: needs.onReworded,
  }
}

/** The console's address for links in alerts; undefined without a password or a public address. */
const consoleUrl = ({ PUBLIC_URL, OPERATOR_PASSWORD }: Config): string | undefined =>
  PUBLIC_URL === undefined || OPERATOR_PASSWORD === undefined ? undefined : `${PUBLIC_URL}/operator`

export const alertsPlugin = fp(alerts, {
  name: 'alerts',
  fastify: '5.x',
  dependencies: ['env', 'clock', 'needs', 'store', 'tokens', 'bootstrap'],
})
