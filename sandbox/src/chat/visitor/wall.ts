import type { SandboxClock } from '../../clock.ts'
import { addPost } from '../../posts.ts'
import type { Rng } from '../../rng.ts'
import * as items from '../../webhooks/items.ts'
import type { Page, World } from '../../world.ts'
import type { Telling } from '../telling.ts'
import type { Acted, Acts } from './acts.ts'

/** A visitor writes on the Page's wall: sent in `feed`, it begins no conversation, and the Page may answer it once in private. */
export const wallActs = (deps: {
  world: World
  clock: SandboxClock
  rng: Rng
  telling: Telling
}): Acts<'post' | 'comment'> => {
  const { world, clock, rng, telling } = deps

  const write = (page: Page, psid: string, parentId: string | null, message: string): Acted => {
    const post = addPost(world, rng, { pageId: page.id, psid, parentId, message, nowMs: clock.nowMs() })
    const name = world.visitors.get(psid)?.name ?? 'Facebook user'
    telling.post(page, psid, items.feed(post, { id: psid, name }))
    return { mid: '', postId: post.id }
  }

  return {
    post: (page, psid, { message }) => write(page, psid, null, message),
    comment: (page, psid, { postId, message }) =>
      world.posts.get(postId)?.pageId === page.id
        ? write(page, psid, postId, message)
        : { problem: 'The Page has no such post.' },
  }
}
