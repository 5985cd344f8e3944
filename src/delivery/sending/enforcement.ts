import type { Log } from '../../base/logger.ts'
import type { WebhookEvent } from '../../webhook/events.ts'
import type { Gates } from './gates.ts'

/** Raises the need when Facebook announces a block of the Page, before the first send meets it (docs/messenger-platform.md#e5). */
export const createEnforcement =
  ({ gates, log }: { gates: Pick<Gates, 'close' | 'retry'>; log: Pick<Log, 'warn'> }) =>
  ({ pageId, action, reason }: Extract<WebhookEvent, { kind: 'policy_enforcement' }>): void => {
    log.warn({ pageId, action, reason }, 'Facebook enforces a policy on the Page')
    if (action === 'unblock') gates.retry(pageId)
    if (action !== 'block') return
    gates.close(pageId, {
      cause: 'restricted',
      what: `Facebook has blocked the Page from sending: ${reason ?? 'no reason given'}`,
      remedy:
        "Open the Page's Support Inbox on facebook.com, resolve what it names, and wait for the unblocking.",
    })
  }
