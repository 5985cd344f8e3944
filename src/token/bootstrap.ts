import type { Clock } from '../base/clock.ts'
import { BotError } from '../base/errors.ts'
import { GraphError } from '../graph/error.ts'
import type { AccountPage, Graph, TokenFacts } from '../graph/graph.ts'
import type { StoredPageToken, StoredUserToken } from '../store/tokens/records.ts'
import type { TokenStore } from '../store/tokens/token-store.ts'
import { pointAppWebhook, type AppWebhook } from '../reception/app-webhook.ts'
import { listPages, pageWithToken } from './pages.ts'
import { inspect, prove, type ProvenPage } from './prove.ts'
import { refusals, toRefusal } from './refusals.ts'
import { subscribe, subscription } from './subscribe.ts'
import { readUserToken } from './user-token.ts'

export interface BootstrapOptions {
  graph: Graph
  store: Pick<TokenStore, 'save' | 'noteSubscription'>
  appId: string
  clock: Pick<Clock, 'now'>
  /** As it was pasted or piped. */
  userToken: string
  /** The Pages wanted. Without these, `all` and `choose`, the token must reach exactly one. */
  pageIds?: readonly string[]
  all?: boolean
  /** Asked when the token reaches several Pages and none was named; resolves with the ids of the chosen ones. */
  choose?: (pages: AccountPage[]) => Promise<string[]>
  /** Whether to subscribe the app to the Pages' webhooks. */
  subscribe: boolean
  /** Where Facebook is to send this app's webhooks; left as it is when absent, or when nothing is to be subscribed. */
  webhook?: AppWebhook | undefined
  /** Hears of every step. */
  report?: (step: BootstrapStep) => void
}

/** `webhook` alone may fail without the bootstrap failing. */
export type BootstrapStepName =
  'inspect' | 'exchange' | 'list' | 'prove' | 'save' | 'webhook' | 'subscribe' | 'read'

export interface BootstrapStep {
  name: BootstrapStepName
  status: 'started' | 'done' | 'skipped' | 'failed'
  /** The Page it is about; null for a step about all of them. */
  pageId: string | null
  /** One line for people, without secrets. */
  text: string
}

/** What was proved and done, without the token. */
export interface BootstrappedPage {
  id: string
  name: string
  /** Null for never: a token with any other answer is refused. */
  expiresAt: null
  scopes: string[]
  tasks: string[]
  subscribed: boolean
}

/**
 * From a user token to saved, never expiring Page tokens. Nothing is saved before all of them are proved.
 *
 * @throws BotError with what happened and, as `remedy`, what to do. After the step `save` was done the tokens stay saved.
 */
export const bootstrap = async (options: BootstrapOptions): Promise<BootstrappedPage[]> => {
  const { graph, store, appId, clock } = options
  const step = createReporter(options.report)
  try {
    const userToken = readUserToken(options.userToken)

    const facts = await step(
      'inspect',
      'Inspecting the user token',
      () => inspect(graph, appId, userToken),
      (found) => inspected(found, clock.now()),
    )
    const longLived = await exchange(graph, step, clock, userToken, facts)

    const listed = await step(
      'list',
      'Looking for Pages',
      () => listPages(graph, longLived.token, options.pageIds?.length ? [] : facts.granularScopes),
      (pages) => `${count(pages.length, 'Page')} found`,
    )
    const pageIds = await choosePages(options, listed)

    const proven: ProvenPage[] = []
    for (const pageId of pageIds) {
      const name = nameOf(listed.find(({ id }) => id === pageId) ?? { id: pageId, name: null })
      proven.push(
        await step(
          'prove',
          `Proving the token of ${name}`,
          async () => prove(graph, appId, await pageWithToken(graph, longLived.token, pageId, listed)),
          (page) => `${nameOf(page)}: token valid, never expires, may send messages`,
          pageId,
        ),
      )
    }

    const pages = proven.map((page) => toStoredPage(page, appId, clock.now()))
    await step(
      'save',
      'Saving',
      () => store.save({ pages, users: toStoredUser(longLived, facts, appId, clock.now()) }),
      () => `${count(pages.length, 'Page token')} saved`,
    )
    await pointWebhook(options, step)
    return await finish(options, step, proven)
  } catch (error) {
    throw toRefusal(error)
  }
}

type Step = ReturnType<typeof createReporter>

const createReporter =
  (report: BootstrapOptions['report'] = () => {}) =>
  async <Result>(
    name: BootstrapStepName,
    doing: string,
    task: () => Promise<Result>,
    done: (result: Result) => string | { skipped: string },
    pageId: string | null = null,
  ): Promise<Result> => {
    report({ name, status: 'started', pageId, text: doing })
    try {
      const result = await task()
      const text = done(result)
      if (typeof text === 'string') report({ name, status: 'done', pageId, text })
      else report({ name, status: 'skipped', pageId, text: text.skipped })
      return result
    } catch (error) {
      const refusal = toRefusal(error)
      report({ name, status: 'failed', pageId, text: refusal instanceof Error ? refusal.message : doing })
      throw refusal
    }
  }

interface LongLived {
  token: string
  expiresAtMs: number | null
}

/** A token that never expires, as a system user's does, is as long-lived as it gets. */
const exchange = (
  graph: Graph,
  step: Step,
  clock: Pick<Clock, 'now'>,
  userToken: string,
  facts: TokenFacts,
): Promise<LongLived> =>
  step(
    'exchange',
    'Exchanging it for a long-lived token',
    async () => {
      if (isLasting(facts)) return { token: userToken, expiresAtMs: facts.expiresAtMs ?? null }
      const { token, expiresInSeconds } = await graph.exchangeToken(userToken)
      if (expiresInSeconds !== null) return { token, expiresAtMs: clock.now() + expiresInSeconds * 1000 }
      return { token, expiresAtMs: (await graph.debugToken(token)).expiresAtMs ?? null }
    },
    ({ expiresAtMs }) =>
      isLasting(facts)
        ? {
            skipped: `No exchange needed: ${facts.type === 'SYSTEM_USER' ? 'a system user token' : 'it never expires'}`,
          }
        : `Exchanged for a long-lived user token${expiresAtMs === null ? '' : ` (${left(expiresAtMs - clock.now())} left)`}`,
  )

const isLasting = (facts: TokenFacts): boolean => facts.type === 'SYSTEM_USER' || facts.expiresAtMs === null

const choosePages = async (options: BootstrapOptions, listed: AccountPage[]): Promise<string[]> => {
  if (options.pageIds?.length) return [...new Set(options.pageIds)]
  if (listed.length === 0) throw refusals.noPage()
  const ids = listed.map(({ id }) => id)
  if (options.all || ids.length === 1) return ids
  if (!options.choose) throw refusals.choiceNeeded(listed)
  const chosen = new Set(await options.choose(listed))
  const known = ids.filter((id) => chosen.has(id))
  if (known.length === 0) throw refusals.noPageChosen()
  return known
}

/** That this fails undoes nothing: the token is good, and the address can be entered by hand. */
const pointWebhook = async (options: BootstrapOptions, step: Step): Promise<void> => {
  const { graph, webhook } = options
  if (!options.subscribe || !webhook) return
  await step(
    'webhook',
    `Pointing this app's webhooks to ${webhook.url}`,
    () =>
      pointAppWebhook(graph, webhook).catch((error: unknown) => {
        throw error instanceof GraphError ? refusals.webhookFailed(webhook.url, error) : error
      }),
    (isChanged) =>
      isChanged
        ? `This app's webhooks go to ${webhook.url}`
        : { skipped: `This app's webhooks go to ${webhook.url} already` },
  ).catch((error: unknown) => {
    // Told as the step's failure.
    if (!(error instanceof BotError)) throw error
  })
}

/** Subscribes and reads each Page. One that fails does not keep the others from it. */
const finish = async (
  options: BootstrapOptions,
  step: Step,
  proven: ProvenPage[],
): Promise<BootstrappedPage[]> => {
  const pages: BootstrappedPage[] = []
  const failures: unknown[] = []
  for (const page of proven) {
    try {
      const fields = await subscribePage(options, step, page)
      const me = await step(
        'read',
        `Reading ${nameOf(page)} with its new token`,
        () => options.graph.me(page.pageToken).catch(afterSaving(page, refusals.readFailed)),
        ({ name }) => `${name ?? nameOf(page)} answers with its new token`,
        page.id,
      )
      pages.push({
        id: page.id,
        name: page.name ?? me.name ?? `Page ${page.id}`,
        expiresAt: null,
        scopes: page.facts.scopes,
        tasks: page.tasks ?? [],
        subscribed: fields?.includes('messages') ?? false,
      })
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
  return pages
}

const subscribePage = async (
  { graph, store, subscribe: wanted }: BootstrapOptions,
  step: Step,
  page: ProvenPage,
): Promise<string[] | null> => {
  const fields = await step(
    'subscribe',
    `Subscribing ${nameOf(page)} to this app's webhooks`,
    () =>
      wanted
        ? subscribe(graph, page.id, page.pageToken).catch(afterSaving(page, refusals.subscriptionFailed))
        : subscription(graph, page.id, page.pageToken),
    (result) =>
      wanted
        ? `${nameOf(page)}: webhooks subscribed (${count(result?.length ?? 0, 'field')})`
        : {
            skipped: `${nameOf(page)}: webhook subscription left alone (${result ? 'subscribed' : 'not subscribed'})`,
          },
    page.id,
  )
  await store.noteSubscription(page.id, page.pageToken, fields)
  return fields
}

/** What goes wrong from here on must say that the token is in use. */
const afterSaving =
  (page: ProvenPage, explain: (page: ProvenPage, cause: GraphError) => Error) =>
  (error: unknown): never => {
    throw error instanceof GraphError ? explain(page, error) : error
  }

const toStoredPage = (
  { id, name, pageToken, tasks, facts }: ProvenPage,
  appId: string,
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
})

/** Kept so that a lost Page token can be made anew; a token of nobody cannot be filed. */
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

const nameOf = ({ id, name }: Pick<AccountPage, 'id' | 'name'>): string => name ?? `Page ${id}`

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`

const left = (ms: number): string => {
  const minutes = Math.max(0, Math.round(ms / 60_000))
  if (minutes < 120) return count(minutes, 'minute')
  return minutes < 48 * 60
    ? count(Math.round(minutes / 60), 'hour')
    : count(Math.round(minutes / 1440), 'day')
}
