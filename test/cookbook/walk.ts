import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import type { ChatMessage, InboxAction, VisitorAction } from '../../sandbox/src/api.ts'
import type { Env } from '../../src/base/config.ts'
import { buildTown, type Town } from '../helpers/town.ts'

/** A cookbook bot in the sandbox, as its visitor meets it. */
export interface Walk {
  town: Town
  /** Writes, and gives what the Page says to it: so many messages. */
  say: (text: string, count?: number) => Promise<ChatMessage[]>
  /** Taps a quick reply under the last message, or a button in it. */
  tap: (title: string, count?: number) => Promise<ChatMessage[]>
  does: (action: VisitorAction, count?: number) => Promise<ChatMessage[]>
  /** A person does something in the Page inbox. */
  inbox: (action: InboxAction) => Promise<void>
  /** Titles under the last message. */
  offers: () => string[]
  /** Resolves when the bot has taken in everything that happened. */
  quiet: () => Promise<void>
}

export const walk = async (t: Test, script: string, env: Env = {}): Promise<Walk> => {
  const file = fileURLToPath(new URL(`../../${script}`, import.meta.url))
  const town = await buildTown(t, { env: { BOT_SCRIPT: file, ...env } })
  const { sandbox, pageId, psid, app } = town
  await town.bootstrap()
  let heard = 0

  const messages = (): ChatMessage[] =>
    (sandbox.conversation(pageId, psid)?.messages ?? []).filter(({ from }) => from === 'page')

  const does: Walk['does'] = async (action, count = 1) => {
    sandbox.act(pageId, psid, action)
    const all = await sandbox.replies(pageId, psid, heard + count)
    const fresh = all.slice(heard)
    heard = all.length
    return fresh
  }

  return {
    town,
    say: (text, count) => does({ type: 'text', text }, count),
    tap: (title, count) => {
      const last = messages().at(-1)
      const quickReply = last?.quickReplies.find((one) => one.title === title)
      if (quickReply !== undefined) return does({ type: 'quick_reply', ...quickReply }, count)
      const payload = payloadOf(last, title)
      if (payload === null) throw new Error(`nothing called ${title} to tap`)
      return does({ type: 'postback', title, payload }, count)
    },
    does,
    inbox: async (action) => {
      const answer = await sandbox.app.inject({
        method: 'POST',
        url: `/sandbox/inbox/${pageId}/${psid}`,
        payload: action,
      })
      if (answer.statusCode !== 200) throw new Error(`the inbox refuses: ${answer.body}`)
      if (action.type === 'text') heard += 1
    },
    offers: () =>
      messages()
        .at(-1)
        ?.quickReplies.map(({ title }) => title) ?? [],
    quiet: async () => {
      await sandbox.until(() => sandbox.state().webhook.pending === 0)
      const untilMs = Date.now() + 8000
      for (;;) {
        const { inbox, outbox } = await app.store.counts()
        if (inbox === 0 && outbox.size === 0) return
        if (Date.now() > untilMs) throw new Error('the bot does not come to rest')
      }
    },
  }
}

export const texts = (messages: readonly ChatMessage[]): (string | null)[] => messages.map(({ text }) => text)

/** The payload of a button of this title anywhere in a template. */
const payloadOf = (message: ChatMessage | undefined, title: string): string | null => {
  const found = JSON.stringify(message?.attachment?.payload ?? {}, (_key, value: unknown) => value)
  const all = JSON.parse(found) as { buttons?: Button[]; elements?: { buttons?: Button[] }[] }
  const buttons = [...(all.buttons ?? []), ...(all.elements ?? []).flatMap((one) => one.buttons ?? [])]
  return buttons.find((one) => one.title === title)?.payload ?? null
}

interface Button {
  title: string
  payload?: string
}
