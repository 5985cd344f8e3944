import type { TroubleBody, TroubleKind } from '../api.ts'
import { ATTACHMENT_LIFE_MS } from '../graph/edges/attachments.ts'
import type { SandboxParts } from '../parts.ts'
import { OUTAGE_PAGE } from '../trouble.ts'
import { aboutPage } from '../webhooks/items.ts'
import { ownApp, type Conversation, type Page, type User } from '../world.ts'
import { BadBody } from './bodies.ts'
import { deauthorize } from './deauthorize.ts'

/** Starts or ends one kind of trouble. */
export const makeTrouble = (parts: SandboxParts, kind: TroubleKind, body: TroubleBody): void =>
  MAKERS[kind](parts, body)

const MAKERS: Record<TroubleKind, (parts: SandboxParts, body: TroubleBody) => void> = {
  'password-changed': (parts, body) => {
    for (const user of people(parts, body)) parts.tokens.changePassword(user)
  },
  'app-removed': (parts, body) => {
    for (const user of people(parts, body)) {
      parts.tokens.removeApp(user, parts.settings.appId)
      deauthorize(parts, user)
    }
  },
  'role-lost': (parts, body) => {
    for (const page of pages(parts, body)) {
      for (const [userId, tasks] of page.roles) page.lostRoles.set(userId, tasks)
      page.roles.clear()
    }
  },
  checkpoint: (parts, body) => {
    for (const user of people(parts, body)) user.checkpointed = true
  },
  'logged-out': (parts, body) => {
    for (const user of people(parts, body, true)) parts.tokens.logOut(user)
  },
  'page-unpublished': (parts, body) => {
    for (const page of pages(parts, body)) page.published = false
  },
  'page-unticked': (parts, body) => {
    for (const page of pages(parts, body)) {
      for (const user of parts.world.users.values()) parts.tokens.untick(user, parts.settings.appId, page)
    }
  },
  'ip-blocked': (parts) => {
    parts.trouble.ipBlocked = true
  },
  'app-deactivated': (parts) => {
    parts.trouble.appDeactivated = true
  },
  'subscribe-nothing': (parts, { times }) => {
    parts.trouble.hollowSubscriptions = times ?? 1
  },
  'policy-block': (parts, body) => {
    for (const page of pages(parts, body)) enforcePolicy(parts, page, true)
  },
  'media-expired': (parts, body) => {
    const ids = new Set(pages(parts, body).map(({ id }) => id))
    for (const attachment of parts.world.attachments.values()) {
      if (ids.has(attachment.pageId)) attachment.createdAtMs -= ATTACHMENT_LIFE_MS
    }
  },
  throttle: (parts, body) => {
    const forMs = (body.minutes ?? 5) * 60_000
    for (const page of pages(parts, body)) parts.usage.throttle(page.id, forMs)
    if (body.pageId === undefined) parts.usage.throttle(parts.settings.appId, forMs)
  },
  block: (parts, body) => setBlocked(parts, body, true),
  unblock: (parts, body) => setBlocked(parts, body, false),
  'development-mode': (parts) => {
    ownApp(parts.world, parts.settings.appId).mode = 'development'
  },
  'live-mode': (parts) => {
    ownApp(parts.world, parts.settings.appId).mode = 'live'
  },
  'graph-down': (parts, { raw, reset }) => {
    parts.trouble.graphDown = { body: raw ?? OUTAGE_PAGE, reset: reset ?? false }
  },
  'graph-up': (parts) => {
    parts.trouble.graphDown = null
  },
  delay: (parts, { delayMs }) => {
    parts.trouble.delayMs = delayMs ?? 0
  },
  'webhook-lost': (parts) => {
    parts.trouble.webhookLost = true
  },
  'webhook-back': (parts) => {
    parts.trouble.webhookLost = false
    parts.courier.hurry()
  },
  fail: (parts, body) => {
    if ((body.error ?? body.raw ?? body.status ?? body.delayMs) === undefined) {
      throw new BadBody('Say with what to fail: "error", "raw", "status" or "delayMs".')
    }
    arm(parts, 'fail', body)
  },
  'lose-answer': (parts, body) => arm(parts, 'lose-answer', body),
  'webhook-drop': (parts, { times }) => {
    parts.courier.hooks.drop = times ?? 1
  },
  'webhook-duplicate': (parts, { times }) => {
    parts.courier.hooks.duplicate = times ?? 1
  },
  'webhook-reorder': (parts, { times }) => {
    parts.courier.hooks.swap = times ?? 1
  },
  'webhook-batch': (parts, { times }) => {
    parts.courier.hooks.batch = times ?? 2
  },
  'webhook-unordered': (parts) => {
    parts.trouble.webhookUnordered = true
  },
  calm: (parts) => {
    parts.trouble.calm()
    parts.usage.relent()
    Object.assign(parts.courier.hooks, { drop: 0, duplicate: 0, swap: 0 })
    ownApp(parts.world, parts.settings.appId).mode = parts.settings.mode
    for (const conversation of parts.world.conversations.values()) unblock(parts, conversation)
    for (const user of parts.world.users.values()) user.checkpointed = false
    for (const page of parts.world.pages.values()) {
      for (const [userId, tasks] of page.lostRoles) page.roles.set(userId, tasks)
      page.lostRoles.clear()
      page.published = true
      if (page.restricted) enforcePolicy(parts, page, false)
    }
    parts.courier.hurry()
  },
}

export const TROUBLE_KINDS = Object.keys(MAKERS) as TroubleKind[]

const arm = (parts: SandboxParts, kind: 'fail' | 'lose-answer', body: TroubleBody) => {
  const { edge = '*', times = 1, pageId = null, psid = null, error, raw, status, delayMs } = body
  parts.trouble.arm({
    kind,
    edge,
    times,
    pageId,
    psid,
    ...(error && { error }),
    ...(raw !== undefined && { raw }),
    ...(status !== undefined && { status }),
    ...(delayMs !== undefined && { delayMs }),
  })
}

/** The Page concerned, or all. */
const pages = ({ world }: SandboxParts, { pageId }: TroubleBody): Page[] => {
  if (pageId === undefined) return [...world.pages.values()]
  const page = world.pages.get(pageId)
  if (page) return [page]
  throw new BadBody('There is no Page with this id.', 404)
}

/** The people concerned: those behind one Page, or all who are people. With `alsoSystem`, system users, too. */
const people = (parts: SandboxParts, body: TroubleBody, alsoSystem = false): User[] => {
  const [page] = body.pageId === undefined ? [] : pages(parts, body)
  return [...parts.world.users.values()].filter(
    (user) => (alsoSystem || !user.system) && (!page || page.roles.has(user.id)),
  )
}

/** Tells the app, as Facebook does (`policy_enforcement`); no reason comes when it ends. */
const enforcePolicy = (parts: SandboxParts, page: Page, barred: boolean) => {
  page.restricted = barred
  const action = barred
    ? { action: 'block', reason: 'The Page sent messages that break the platform policy.' }
    : { action: 'unblock' }
  const ends = { pageId: page.id, atMs: parts.clock.nowMs() }
  const item = aboutPage('messaging_policy_enforcement', ends, { policy_enforcement: action })
  parts.courier.post({ page, psid: '', item })
}

/** One visitor, or all; at one Page, or all. */
const setBlocked = (parts: SandboxParts, body: TroubleBody, blocked: boolean) => {
  const { psid } = body
  if (psid !== undefined && !parts.world.visitors.has(psid)) {
    throw new BadBody('There is no visitor with this PSID.', 404)
  }
  const everybody = psid === undefined ? [...parts.world.visitors.keys()] : [psid]
  for (const page of pages(parts, body)) {
    for (const one of everybody) parts.chat.act(page, one, { type: 'block', blocked })
  }
}

const unblock = (parts: SandboxParts, conversation: Conversation) => {
  if (!conversation.blocked) return
  conversation.blocked = false
  parts.chat.changed(conversation)
}
