import type { Rng } from '../../rng.ts'
import * as items from '../../webhooks/items.ts'
import { findConversation, openConversation, type Page, type Referral, type World } from '../../world.ts'
import { getStartedPayload } from '../profile-view.ts'
import { NO_MESSAGE, type Acted, type Acts } from './acts.ts'
import type { Steps } from './steps.ts'

/** The actions of coming through a link or an ad, and of pressing a button, such as Get Started. */
export const arrivalActs = ({
  world,
  rng,
  steps: { write, tell },
}: {
  world: World
  rng: Rng
  steps: Steps
}): Acts<'referral' | 'ad' | 'get_started' | 'postback'> => {
  /** In a new thread the referral comes with the visitor's first action; that of an ad always waits for the next message. */
  const arrive = (page: Page, psid: string, came: Referral): Acted => {
    const known = findConversation(world, page.id, psid)
    if (came.kind === 'link' && known !== undefined && known.messages.length > 0) {
      return tell(page, psid, (ends) => items.referral(ends, came), { opens: true })
    }
    openConversation(world, rng, page.id, psid).pendingReferral = came
    return NO_MESSAGE
  }

  const press = (
    page: Page,
    psid: string,
    pressed: { title: string; payload: string; referral: Referral | null },
  ): Acted =>
    write(page, psid, { text: pressed.title }, (ends, { mid }) => items.postback(ends, { mid, ...pressed }))

  return {
    referral: (page, psid, { ref }) => arrive(page, psid, { kind: 'link', ref }),
    ad: (page, psid, { adId, title, ref = null }) => arrive(page, psid, { kind: 'ad', adId, title, ref }),
    get_started: (page, psid) => {
      const payload = getStartedPayload(page)
      if (payload === null) return { problem: 'The Page has no Get Started button.' }
      const conversation = openConversation(world, rng, page.id, psid)
      const referral = conversation.pendingReferral
      conversation.pendingReferral = null
      return press(page, psid, { title: 'Get Started', payload, referral })
    },
    postback: (page, psid, { title, payload }) => press(page, psid, { title, payload, referral: null }),
  }
}
