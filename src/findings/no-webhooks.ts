import type { AppWebhookState } from './facts.ts'

/** Why Facebook sends no webhooks of the app; null if it sends them, or if that is not known. */
export const whyNone = (webhook: AppWebhookState): string | null => {
  if (webhook.is === 'unknown') return null
  if (webhook.is === 'absent') return 'their address is not set'
  if (webhook.missing.includes('messages')) return 'the field "messages" is not subscribed'
  return webhook.isActive ? null : 'it has switched them off'
}

/** The sentences of the finding. @param url - the address that Facebook is to call; null where the bot has none */
export const noWebhooks = (why: string, url: string | null): { what: string; remedy: string } => ({
  what: `Facebook sends no messages to this app: ${why}.`,
  remedy: `Enter ${url ?? 'https://your.address/webhook'} and FB_VERIFY_TOKEN in App dashboard > Messenger > Settings > Webhooks, with every field${url === null ? '; with PUBLIC_URL set the bot does it by itself' : ''}.`,
})
