import type { TroubleBody } from './api.ts'

/** Trouble on demand: faults for the next Graph calls and for webhooks. */
export interface Trouble {
  graphDown: { body: string; reset: boolean } | null
  webhookLost: boolean
  /** Failed callbacks are overtaken by later ones (docs/messenger-platform.md#e3). */
  webhookUnordered: boolean
  delayMs: number
  /** The address the bot calls from is not on the app's list of servers (code 5). */
  ipBlocked: boolean
  /** The app was deactivated or archived in its dashboard. */
  appDeactivated: boolean
  /** The number of next subscriptions of a Page that are answered with success but subscribe nothing. */
  hollowSubscriptions: number
  /** Makes the next `times` calls of an edge get an error, a text, or no answer. */
  arm: (armed: ArmedTrouble) => void
  /** The trouble for this call, if any; uses up one of its times. */
  meet: (call: MeetingCall) => ArmedTrouble | undefined
  calm: () => void
}

export interface ArmedTrouble extends Pick<TroubleBody, 'error' | 'raw' | 'status' | 'delayMs'> {
  kind: 'fail' | 'lose-answer'
  edge: string
  /** Only calls for this Page; null for all Pages. */
  pageId: string | null
  /** Only calls about this person; null for all people. */
  psid: string | null
  times: number
}

/** The properties of a call that trouble depends on. */
export interface MeetingCall {
  edges: readonly string[]
  pageId: string | null
  /** The person the call is about. */
  psid: string | null
}

/** The page of Facebook's front end when no back end answers. */
export const OUTAGE_PAGE = `<!DOCTYPE html>
<html lang="en"><head><title>Facebook | Error</title></head>
<body><h1>Sorry, something went wrong.</h1><p>We're working on it and we'll get it fixed as soon as we can.</p></body></html>
`

/** Bounded, because more would be a mistake in a script and would use ever more memory. */
const MOST_ARMED = 1000

export const createTrouble = (): Trouble => {
  let armed: ArmedTrouble[] = []

  const trouble: Trouble = {
    graphDown: null,
    webhookLost: false,
    webhookUnordered: false,
    delayMs: 0,
    ipBlocked: false,
    appDeactivated: false,
    hollowSubscriptions: 0,
    arm: (next) => {
      armed = [...armed.slice(-(MOST_ARMED - 1)), { ...next }]
    },
    meet: ({ edges, pageId, psid }) => {
      const met = armed.find(
        (one) =>
          (one.edge === '*' || edges.includes(one.edge)) &&
          (one.pageId === null || one.pageId === pageId) &&
          (one.psid === null || one.psid === psid),
      )
      if (!met) return undefined
      met.times -= 1
      if (met.times <= 0) armed = armed.filter((one) => one !== met)
      return met
    },
    calm: () => {
      armed = []
      trouble.graphDown = null
      trouble.webhookLost = false
      trouble.webhookUnordered = false
      trouble.delayMs = 0
      trouble.ipBlocked = false
      trouble.appDeactivated = false
      trouble.hollowSubscriptions = 0
    },
  }
  return trouble
}
