import { openConversation, type Conversation, type Post } from '../../world.ts'
import { GraphFailure } from '../failure.ts'
import type { EdgeContext } from './edge.ts'

const WEEK_MS = 7 * 24 * 3600_000

/** The post or comment a private reply is for: one for each, within 7 days (docs/messenger-platform.md#f3, #j). */
export const postToAnswer = (
  { parts }: EdgeContext,
  pageId: string,
  way: 'comment_id' | 'post_id',
  id: string,
): Post & { psid: string } => {
  const post = parts.world.posts.get(id)
  const isComment = post?.parentId !== null
  if (!post || post.pageId !== pageId || isComment !== (way === 'comment_id')) {
    throw noSuchThing(way)
  }
  const { psid } = post
  if (psid === null || parts.clock.nowMs() - post.createdMs > WEEK_MS) {
    throw new GraphFailure({ message: "(#10903) This user can't reply to this activity", code: 10903 })
  }
  if (post.repliedTo) throw new GraphFailure({ message: '(#10900) Activity already replied to', code: 10900 })
  return Object.assign(post, { psid })
}

/** The conversation that a private reply begins. */
export const conversationBehind = ({ parts }: EdgeContext, post: Post & { psid: string }): Conversation =>
  openConversation(parts.world, parts.rng, post.pageId, post.psid)

const noSuchThing = (name: string) =>
  new GraphFailure({
    message: `(#100) Param recipient[${name}]: the object does not exist, cannot be loaded due to missing permissions, or does not support this operation`,
    code: 100,
    error_subcode: 33,
  })
