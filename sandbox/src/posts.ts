import type { Rng } from './rng.ts'
import type { Post, World } from './world.ts'

/** The most posts and comments that are kept; the oldest are deleted. */
const MOST_POSTS = 1000

export const addPost = (
  world: World,
  rng: Rng,
  given: Pick<Post, 'pageId' | 'psid' | 'parentId' | 'message'> & { nowMs: number },
): Post => {
  const { nowMs, ...rest } = given
  // A comment's id begins with the number of its post, a post's with its Page.
  const head = given.parentId === null ? given.pageId : (given.parentId.split('_').at(-1) ?? '')
  const post: Post = {
    ...rest,
    id: `${head}_${rng.digits(15)}`,
    createdMs: nowMs,
    liked: false,
    repliedTo: false,
  }
  world.posts.set(post.id, post)
  if (world.posts.size > MOST_POSTS) world.posts.delete(world.posts.keys().next().value ?? '')
  return post
}

/** Deletes a post with its comments. */
export const removePost = (world: World, { id }: Post): void => {
  world.posts.delete(id)
  for (const post of world.posts.values()) if (post.parentId === id) removePost(world, post)
}
