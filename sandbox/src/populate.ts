import type { Visitor, VisitorBody } from './api.ts'
import { createRng, seedFrom, type Rng } from './rng.ts'
import { WEBHOOK_FIELDS } from './webhooks/fields.ts'
import type { App, AppSubscription, Business, LoginConfig, Page, User, World } from './world.ts'

export interface WorldOptions {
  appId: string
  appName: string
  appSecret: string
  requireProof: boolean
  redirectUris: readonly string[] | null
  deauthorizeUrl: string | null
  webhook: DashboardWebhook | null
  mode: App['mode']
  loginConfigs: Readonly<Record<string, LoginConfig>>
  /** Other people's apps on the same Pages. */
  otherApps: readonly AppSeed[]
  users: readonly UserSeed[]
  pages: readonly PageSeed[]
  visitors: readonly VisitorSeed[]
}

export interface AppSeed {
  id: string
  name: string
  secret: string
  webhook?: DashboardWebhook
}

export interface DashboardWebhook {
  url: string
  /** Without it, no verification is made. */
  verifyToken?: string
}

export interface UserSeed {
  id?: string
  name: string
  appRole?: User['appRole']
  system?: boolean
}

export interface PageSeed {
  id?: string
  name: string
  category?: string
  /** The first user's tasks on the Page; all by default, `[]` for no role. */
  tasks?: readonly string[]
  listed?: boolean
  /** The portfolio of the Page. Such a Page is reached only through the portfolio, unless `listed`. */
  portfolio?: string
  /** Whether the portfolio has it as a client's Page and not as its own. */
  client?: boolean
  defaultAppId?: string
}

export interface VisitorSeed extends VisitorBody {
  psid?: string
}

const PAGE_TASKS = ['ADVERTISE', 'ANALYZE', 'CREATE_CONTENT', 'MESSAGING', 'MODERATE', 'MANAGE'] as const

/** Adds random ids where the options have none, so that a reset world has the same ids. */
export const withIds = (options: WorldOptions, rng: Rng): WorldOptions => ({
  ...options,
  users: options.users.map((seed) => ({ ...seed, id: seed.id ?? newUserId(rng) })),
  pages: options.pages.map((seed) => ({ ...seed, id: seed.id ?? newPageId(rng) })),
  visitors: options.visitors.map((seed) => ({ ...seed, psid: seed.psid ?? newPsid(rng) })),
})

/** Empties and fills the world in place, so that references to it stay valid. */
export const populate = (world: World, rng: Rng, options: WorldOptions): void => {
  for (const map of Object.values(world)) (map as Map<unknown, unknown>).clear()
  world.apps.set(options.appId, {
    id: options.appId,
    name: options.appName,
    secret: options.appSecret,
    mode: options.mode,
    requireProof: options.requireProof,
    redirectUris: options.redirectUris,
    deauthorizeUrl: options.deauthorizeUrl,
    subscription: options.webhook && dashboardSubscription(options.webhook),
    loginConfigs: new Map(Object.entries(options.loginConfigs)),
  })
  for (const seed of options.otherApps) addApp(world, seed)
  for (const seed of options.users) addUser(world, rng, seed)
  for (const seed of options.pages) addPage(world, rng, seed)
  for (const seed of options.visitors) addVisitor(world, rng, seed)
}

/** The webhook as the App Dashboard sets it: every field ticked, verified before the first event goes out. */
export const dashboardSubscription = ({ url, verifyToken }: DashboardWebhook): AppSubscription => {
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new TypeError('The webhook must be an http(s) URL.')
  return {
    callbackUrl: url,
    verifyToken: verifyToken ?? null,
    verified: verifyToken === undefined,
    fields: new Set(WEBHOOK_FIELDS),
  }
}

/** An app of another developer, live and without conditions. */
const addApp = (world: World, { id, name, secret, webhook }: AppSeed): App => {
  const app: App = {
    id,
    name,
    secret,
    mode: 'live',
    requireProof: false,
    redirectUris: null,
    deauthorizeUrl: null,
    subscription: webhook ? dashboardSubscription(webhook) : null,
    loginConfigs: new Map(),
  }
  world.apps.set(id, app)
  return app
}

/** Updates an app that a loaded world may have already: its webhook is replaced, its secret stays. */
export const renewApp = (world: World, seed: AppSeed): void => {
  const known = world.apps.get(seed.id)
  if (!known) addApp(world, seed)
  else if (seed.webhook) known.subscription = dashboardSubscription(seed.webhook)
}

export const addUser = (world: World, rng: Rng, seed: UserSeed): User => {
  const user: User = {
    id: seed.id ?? newUserId(rng),
    name: seed.name,
    appRole: seed.appRole === undefined ? 'admin' : seed.appRole,
    system: seed.system ?? false,
    checkpointed: false,
    grants: new Map(),
  }
  world.users.set(user.id, user)
  return user
}

export const addPage = (world: World, rng: Rng, seed: PageSeed): Page => {
  const page: Page = {
    id: seed.id ?? newPageId(rng),
    name: seed.name,
    category: seed.category ?? 'Local business',
    roles: new Map(),
    lostRoles: new Map(),
    listed: seed.listed ?? seed.portfolio === undefined,
    published: true,
    defaultAppId: seed.defaultAppId ?? null,
    restricted: false,
    subscriptions: new Map(),
    profile: {},
    nlp: false,
    handedOut: [],
  }
  const tasks = seed.tasks ?? PAGE_TASKS
  for (const user of world.users.values()) {
    if (tasks.length > 0) page.roles.set(user.id, tasks)
  }
  world.pages.set(page.id, page)
  if (seed.portfolio !== undefined) {
    const business = portfolio(world, seed.portfolio)
    const into = seed.client === true ? business.clientPageIds : business.ownedPageIds
    into.push(page.id)
  }
  return page
}

const portfolio = (world: World, name: string): Business => {
  const known = [...world.businesses.values()].find((business) => business.name === name)
  if (known) return known
  // Derived from the name, so that a reset world has the same ids.
  const id = `20${createRng(seedFrom(name)).digits(13)}`
  const business: Business = { id, name, ownedPageIds: [], clientPageIds: [] }
  world.businesses.set(business.id, business)
  return business
}

export const addVisitor = (world: World, rng: Rng, seed: VisitorSeed): Visitor => {
  const psid = seed.psid ?? newPsid(rng)
  const visitor: Visitor = {
    psid,
    name: seed.name,
    firstName: seed.name.split(/\s+/)[0] ?? seed.name,
    appRole: seed.appRole ?? false,
    presence: 'here',
    email: seed.email ?? null,
    phone: seed.phone ?? null,
  }
  world.visitors.set(psid, visitor)
  return visitor
}

const newUserId = (rng: Rng) => `1021${rng.digits(13)}`
const newPageId = (rng: Rng) => `10${rng.digits(13)}`
const newPsid = (rng: Rng) => `7${rng.digits(15)}`
