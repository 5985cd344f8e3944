import type { Clock } from '../base/clock.ts'
import { plural } from '../base/numbers.ts'
import { GraphError } from '../graph/error.ts'
import type { Graph, TokenFacts } from '../graph/graph.ts'
import { pointAppWebhook, type AppWebhook } from './app-webhook.ts'
import type { StoredPageToken, StoredUserToken } from '../store/tokens/records.ts'
import type { TokenStore } from '../store/tokens/token-store.ts'
import { choosePages, type PageChoice } from './choose-pages.ts'
import { finish, type BootstrappedPage, type FinishOptions } from './finish.ts'
import { listPages, pageWithToken } from './pages.ts'
import { inspect, prove, type ProvenPage } from './prove.ts'
import { refusals, toRefusal } from './refusals.ts'
import { createReporter, nameOfPage, type BootstrapStep, type RunStep } from './steps.ts'
import { readUserToken } from './user-token.ts'
import { without } from './webhook-fields.ts'

export interface BootstrapOptions extends PageChoice, FinishOptions {
  graph: Graph
  store: Pick<TokenStore, 'save' | 'noteSubscription'>
  appId: string
  clock: Pick<Clock, 'now'>
  /** The user token as pasted or piped. */
  userToken: string
  /** The address for this app's webhooks; Facebook's is left as it is when this is absent, or when `subscribe` is false. */
  webhook?: AppWebhook | undefined
  /** Called after every step. */
  report?: (step: BootstrapStep) => void
}

/**
 * Turns a user token into stored Page tokens that never expire. Stores nothing before all of them are proved.
 *
 * @throws BotError with the trouble and, as `remedy`, the cure. After the step `save` the tokens stay stored.
 */
export const bootstrap = async (options: BootstrapOptions): Promise<BootstrappedPage[]> => {
  const { graph, store, appId, clock, report = () => undefined } = options
  const step = createReporter(report)
  try {
    const userToken = readUserToken(options.userToken)
    if (options.pageIds?.includes(appId)) throw refusals.pageIsApp(appId)

    const facts = await step({
      name: 'inspect',
      doing: 'Inspecting the user token',
      task: () => inspect(graph, appId, userToken),
      done: (found) => inspected(found, clock.now()),
    })
    const longLived = await exchange(options, step, userToken, facts)

    const notes: string[] = []
    const listed = await step({
      name: 'list',
      doing: 'Looking for Pages',
      task: () =>
        listPages(graph, {
          userToken: longLived.token,
          facts,
          named: options.pageIds ?? [],
          note: (text) => void notes.push(text),
        }),
      done: (pages) => `${plural(pages.length, 'Page')} found`,
    })
    for (const text of notes) report({ name: 'list', status: 'warned', pageId: null, text })
    const pageIds = await choosePages(options, step, listed)

    const proven: ProvenPage[] = []
    for (const pageId of pageIds) {
      const name = nameOfPage(listed.find(({ id }) => id === pageId) ?? { id: pageId, name: null })
      proven.push(
        await step({
          name: 'prove',
          doing: `Proving the token of ${name}`,
          task: async () => prove(graph, appId, await pageWithToken(graph, longLived.token, pageId, listed)),
          done: (page) => `${nameOfPage(page)}: token valid, never expires, may send messages`,
          pageId,
        }),
      )
    }

    const pages = proven.map((page) => toStoredPage(page, appId, options.subscribe, clock.now()))
    await step({
      name: 'save',
      doing: 'Saving',
      task: () => store.save({ pages, users: toStoredUser(longLived, facts, appId, clock.now()) }),
      done: () => `${plural(pages.length, 'Page token')} saved`,
    })
    await pointWebhook(options, step)
    return await finish(options, step, proven)
  } catch (error) {
    throw toRefusal(error)
  }
}

interface LongLived {
  token: string
  expiresAtMs: number | null
}

/** A token that never expires, such as a system user's, needs no exchange. */
const exchange = (
  { graph, clock }: Pick<BootstrapOptions, 'graph' | 'clock'>,
  step: RunStep,
  userToken: string,
  facts: TokenFacts,
): Promise<LongLived> =>
  step({
    name: 'exchange',
    doing: 'Exchanging it for a long-lived token',
    task: async () => {
      if (isLasting(facts)) return { token: userToken, expiresAtMs: facts.expiresAtMs ?? null }
      const { token, expiresInSeconds } = await graph.exchangeToken(userToken)
      if (expiresInSeconds !== null) return { token, expiresAtMs: clock.now() + expiresInSeconds * 1000 }
      return { token, expiresAtMs: (await graph.debugToken(token)).expiresAtMs ?? null }
    },
    done: ({ expiresAtMs }) =>
      isLasting(facts)
        ? {
            skipped: `No exchange needed: ${facts.type === 'SYSTEM_USER' ? 'a system user token' : 'it never expires'}`,
          }
        : `Exchanged for a long-lived user token${expiresAtMs === null ? '' : ` (${left(expiresAtMs - clock.now())} left)`}`,
  })

const isLasting = (facts: TokenFacts): boolean => facts.type === 'SYSTEM_USER' || facts.expiresAtMs === null

/** A failure here undoes nothing: the token is good, and the address can be entered by hand. */
const pointWebhook = async (options: BootstrapOptions, step: RunStep): Promise<void> => {
  const { graph, webhook } = options
  if (!options.subscribe || !webhook) return
  await step({
    name: 'webhook',
    doing: `Pointing this app's webhooks to ${webhook.url}`,
    task: () =>
      pointAppWebhook(graph, webhook).catch((error: unknown) => {
        if (error instanceof GraphError) return refusals.webhookFailed(webhook.url, error)
        throw error
      }),
    done: (result) => {
      if (result instanceof Error) return { warned: result.message }
      if (result.leftOut !== null) {
        return { warned: `This app's webhooks go to ${webhook.url}, ${without(result.leftOut)}` }
      }
      if (result.problem !== null) {
        return {
          warned: `Facebook answers that this app's webhooks go to ${webhook.url}, but ${result.problem}`,
        }
      }
      return result.isChanged
        ? `This app's webhooks go to ${webhook.url}`
        : { skipped: `This app's webhooks go to ${webhook.url} already` }
    },
  })
}

const toStoredPage = (
  { id, name, pageToken, tasks, facts }: ProvenPage,
  appId: string,
  subscribe: boolean,
  nowMs: number,
): StoredPageToken => ({
  pageId: id,
  name,
  token: pageToken,
  appId,
  userId: facts.userId,
  scopes: facts.scopes,
  tasks,
  provedAtMs: nowMs,
  dataAccessExpiresAtMs: facts.dataAccessExpiresAtMs ?? null,
  subscribedFields: null,
  subscribe,
})

/** The user token to store, which a dead Page token is made again from. A token without a user id cannot be stored. */
const toStoredUser = (
  { token, expiresAtMs }: LongLived,
  facts: TokenFacts,
  appId: string,
  nowMs: number,
): StoredUserToken[] =>
  facts.userId === null
    ? []
    : [{ userId: facts.userId, token, appId, scopes: facts.scopes, expiresAtMs, savedAtMs: nowMs }]

const inspected = (facts: TokenFacts, nowMs: number): string =>
  `User token valid, with every permission needed${facts.expiresAtMs ? ` (${left(facts.expiresAtMs - nowMs)} left)` : ''}`

const left = (ms: number): string => {
  const minutes = Math.max(0, Math.round(ms / 60_000))
  if (minutes < 120) return plural(minutes, 'minute')
  return minutes < 48 * 60
    ? plural(Math.round(minutes / 60), 'hour')
    : plural(Math.round(minutes / 1440), 'day')
}
