import type { TroubleBody, TroubleKind } from '../api.ts'
import type { SandboxParts } from '../parts.ts'
import { OUTAGE_PAGE } from '../trouble.ts'
import type { User } from '../world.ts'
import { BadBody } from './bodies.ts'
import { deauthorize } from './deauthorize.ts'

/** Sets off one kind of trouble, or ends it. */
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
  'role-lost': (parts, { pageId }) => {
    for (const page of parts.world.pages.values()) {
      if (pageId !== undefined && page.id !== pageId) continue
      for (const [userId, tasks] of page.roles) page.lostRoles.set(userId, tasks)
      page.roles.clear()
    }
  },
  checkpoint: (parts, body) => {
    for (const user of people(parts, body)) user.checkpointed = true
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
  calm: (parts) => {
    parts.trouble.calm()
    Object.assign(parts.courier.hooks, { drop: 0, duplicate: 0, swap: 0 })
    for (const user of parts.world.users.values()) user.checkpointed = false
    for (const page of parts.world.pages.values()) {
      for (const [userId, tasks] of page.lostRoles) page.roles.set(userId, tasks)
      page.lostRoles.clear()
    }
    parts.courier.hurry()
  },
}

export const TROUBLE_KINDS = Object.keys(MAKERS) as TroubleKind[]

const arm = (parts: SandboxParts, kind: 'fail' | 'lose-answer', body: TroubleBody) => {
  const { edge = '*', times = 1, pageId = null, error, raw, status, delayMs } = body
  parts.trouble.arm({
    kind,
    edge,
    times,
    pageId,
    ...(error && { error }),
    ...(raw !== undefined && { raw }),
    ...(status !== undefined && { status }),
    ...(delayMs !== undefined && { delayMs }),
  })
}

/** The people concerned: those behind one Page, or all who are people. */
const people = ({ world }: SandboxParts, { pageId }: TroubleBody): User[] => {
  const page = pageId === undefined ? undefined : world.pages.get(pageId)
  if (pageId !== undefined && !page) throw new BadBody('There is no Page with this id.', 404)
  return [...world.users.values()].filter((user) => !user.system && (!page || page.roles.has(user.id)))
}
