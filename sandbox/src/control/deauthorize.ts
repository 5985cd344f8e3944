import type { SandboxParts } from '../parts.ts'
import { signedRequest } from '../webhooks/bytes.ts'
import type { User } from '../world.ts'

/** Tells the app that a person removed it (docs/messenger-platform.md#e9), if it has a deauthorize callback. The answer is not awaited. */
export const deauthorize = (parts: SandboxParts, user: User): void => {
  const app = parts.world.apps.get(parts.settings.appId)
  if (!app?.deauthorizeUrl) return
  const payload = {
    algorithm: 'HMAC-SHA256',
    issued_at: Math.floor(parts.clock.nowMs() / 1000),
    user_id: user.id,
  }
  const body = new URLSearchParams({ signed_request: signedRequest(app.secret, payload) }).toString()
  parts.courier.notify(app.deauthorizeUrl, body)
}
