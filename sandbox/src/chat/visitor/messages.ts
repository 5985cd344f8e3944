import { stickerUrl } from '../../picture-urls.ts'
import type { Rng } from '../../rng.ts'
import * as items from '../../webhooks/items.ts'
import { findConversation, type World } from '../../world.ts'
import { MOST_EDITS } from '../facts.ts'
import { commandIn } from '../profile-view.ts'
import type { Telling } from '../telling.ts'
import { NO_SUCH_MESSAGE, type Acts } from './acts.ts'
import type { Steps } from './steps.ts'

/** The actions that send a message, and those on an existing one: edit, reaction, feedback. */
export const messageActs = (deps: {
  world: World
  rng: Rng
  telling: Telling
  steps: Steps
  origin: () => string
}): Acts<'text' | 'quick_reply' | 'attachment' | 'share' | 'sticker' | 'edit' | 'reaction' | 'feedback'> => {
  const {
    world,
    rng,
    telling,
    steps: { write, tell, messageIn },
    origin,
  } = deps

  return {
    text: (page, psid, { text, replyTo }) => {
      if (replyTo !== undefined && !messageIn(page, psid, replyTo)) return NO_SUCH_MESSAGE
      const conversation = findConversation(world, page.id, psid)
      const came = conversation?.pendingReferral
      if (conversation && came?.kind === 'ad') {
        conversation.pendingReferral = null
        return write(page, psid, { text }, (ends, message) => items.messageThroughAd(ends, message, came))
      }
      const command = commandIn(page, text)
      if (command !== null) {
        return write(page, psid, { text: text.slice(1) }, (ends, message) =>
          items.visitorMessage(ends, message, { commands: [{ name: command }] }),
        )
      }
      if (replyTo === undefined) return write(page, psid, { text })
      const quoted = { mid: replyTo, is_self_reply: messageIn(page, psid, replyTo)?.from === 'visitor' }
      return write(page, psid, { text, replyTo }, (ends, message) =>
        items.visitorMessage(ends, message, { reply_to: quoted }),
      )
    },

    quick_reply: (page, psid, { title, payload }) =>
      write(page, psid, { text: title }, (ends, message) =>
        items.visitorMessage(ends, message, { quick_reply: { payload } }),
      ),

    attachment: (page, psid, { attachment: { type, url } }) =>
      write(page, psid, { attachment: { type, payload: { url } } }),

    share: (page, psid, { kind, url, title, text = null }) =>
      write(page, psid, {
        text,
        attachment: items.shareOf(kind, url, title, Number(rng.digits(12))),
      }),

    sticker: (page, psid, { stickerId }) => {
      const payload = { url: stickerUrl(origin(), stickerId), sticker_id: Number(stickerId) }
      return write(page, psid, { attachment: { type: 'sticker', payload } })
    },

    edit: (page, psid, { mid, text }) => {
      const message = messageIn(page, psid, mid)
      if (!message || message.from !== 'visitor' || message.text === null) return NO_SUCH_MESSAGE
      if (message.edits >= MOST_EDITS) return { problem: `A message can be changed ${MOST_EDITS} times.` }
      message.text = text
      message.edits += 1
      const acted = tell(page, psid, (ends) => items.edit(ends, message), { mid: message.mid })
      const conversation = findConversation(world, page.id, psid)
      if (conversation) telling.message(conversation, message)
      return acted
    },

    reaction: (page, psid, action) => {
      const message = messageIn(page, psid, action.mid)
      const conversation = findConversation(world, page.id, psid)
      if (!message || !conversation) return NO_SUCH_MESSAGE
      message.reaction = action.action === 'react' ? action.emoji : null
      telling.message(conversation, message)
      return tell(page, psid, (ends) => items.reaction(ends, action), { mid: action.mid, opens: true })
    },

    feedback: (page, psid, { mid, good }) => {
      if (messageIn(page, psid, mid)?.from !== 'page') return NO_SUCH_MESSAGE
      const content = { response_feedback: { feedback: good ? 'Good response' : 'Bad response', mid } }
      return tell(page, psid, (ends) => items.event(ends, 'response_feedback', content))
    },
  }
}
