import { plural } from '../base/numbers.ts'
import { GraphError } from '../graph/error.ts'
import type { Graph } from '../graph/graph.ts'
import type { TokenStore } from '../store/tokens/token-store.ts'
import type { ProvenPage } from './prove.ts'
import { refusals } from './refusals.ts'
import { nameOfPage, type RunStep } from './steps.ts'
import { subscribe, subscription, type Subscribed } from './subscribe.ts'
import { hears, without } from './webhook-fields.ts'

export interface FinishOptions {
  graph: Pick<Graph, 'me' | 'subscribe' | 'subscribedFields'>
  store: Pick<TokenStore, 'noteSubscription'>
  /** Whether to subscribe the app to the Pages' webhooks. */
  subscribe: boolean
}

/** The report on a Page, without the token. */
export interface BootstrappedPage {
  id: string
  name: string
  /** Always null (never): a token with an end is refused. */
  expiresAt: null
  scopes: string[]
  tasks: string[]
  subscribed: boolean
}

/** Subscribes and reads each Page. A failure of one Page does not stop the others. */
export const finish = async (
  options: FinishOptions,
  step: RunStep,
  proven: ProvenPage[],
): Promise<BootstrappedPage[]> => {
  const pages: BootstrappedPage[] = []
  const failures: unknown[] = []
  for (const page of proven) {
    try {
      const fields = await subscribePage(options, step, page)
      const me = await step({
        name: 'read',
        doing: `Reading ${nameOfPage(page)} with its new token`,
        task: () => options.graph.me(page.pageToken).catch(unlessRefused(page)),
        done: (read) =>
          read instanceof GraphError
            ? {
                warned: `${nameOfPage(page)} cannot be read with its new token, which sending does not need: ${read.message}`,
              }
            : `${read.name ?? nameOfPage(page)} answers with its new token`,
        pageId: page.id,
      })
      pages.push({
        id: page.id,
        name: page.name ?? (me instanceof GraphError ? null : me.name) ?? `Page ${page.id}`,
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

/** @returns the fields that Facebook lists */
const subscribePage = async (
  { graph, store, subscribe: wanted }: FinishOptions,
  step: RunStep,
  page: ProvenPage,
): Promise<string[] | null> => {
  const { fields } = await step({
    name: 'subscribe',
    doing: `Subscribing ${nameOfPage(page)} to this app's webhooks`,
    task: async () =>
      wanted
        ? subscribe(graph, page.id, page.pageToken).catch(afterSaving(page, refusals.subscriptionFailed))
        : { fields: await subscription(graph, page.id, page.pageToken), leftOut: null, unread: null },
    done: (made) => (wanted ? subscribed(page, made) : leftAlone(page, made)),
    pageId: page.id,
  })
  await store.noteSubscription(page.id, page.pageToken, fields)
  return fields
}

const subscribed = (
  page: ProvenPage,
  { fields, leftOut, unread }: Subscribed,
): string | { warned: string } => {
  if (unread !== null) {
    return {
      warned: `${nameOfPage(page)}: webhooks subscribed, but Facebook does not let that be read back: ${unread}`,
    }
  }
  if (!hears(fields)) {
    return {
      warned: `${nameOfPage(page)}: Facebook says that the webhooks are subscribed, but lists ${fields === null ? 'no subscription of this app' : `only ${fields.join(', ') || 'no field'}`}. A running bot tries again; "npm run doctor" tells whether it is in order`,
    }
  }
  if (leftOut !== null) return { warned: `${nameOfPage(page)}: webhooks subscribed, ${without(leftOut)}` }
  return `${nameOfPage(page)}: webhooks subscribed (${plural(fields?.length ?? 0, 'field')})`
}

const leftAlone = (page: ProvenPage, { fields }: Subscribed): { skipped: string } => ({
  skipped: `${nameOfPage(page)}: webhook subscription left alone (${fields ? 'subscribed' : 'not subscribed'})`,
})

/** A read that Facebook refuses says nothing against the token: `debug_token` has proved it. */
const unlessRefused =
  (page: ProvenPage) =>
  (error: unknown): GraphError => {
    if (error instanceof GraphError && !error.retryable && error.verdict !== 'token_invalid') return error
    return afterSaving(page, refusals.readFailed)(error)
  }

/** Errors after the token was saved must say that the token is in use. */
const afterSaving =
  (page: ProvenPage, explain: (page: ProvenPage, cause: GraphError) => Error) =>
  (error: unknown): never => {
    throw error instanceof GraphError ? explain(page, error) : error
  }
