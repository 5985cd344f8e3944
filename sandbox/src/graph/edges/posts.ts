import { addPost, removePost } from '../../posts.ts'
import type { Post } from '../../world.ts'
import type { PageCaller } from '../call.ts'
import { demand } from '../identify.ts'
import { GraphFailure, missingParameter, permissionMissing, unsupported } from '../failure.ts'
import { project, wantedFields } from '../fields.ts'
import { paginate } from '../paging.ts'
import { optionalText, requiredText } from '../params.ts'
import { feed } from '../../webhooks/items.ts'
import { asPage, graphTime, type Edge, type EdgeContext } from './edge.ts'

/** The Page's wall: posts and comments, which a bot answers in public, or once in private. */

const MAY_POST =
  'If posting to a group, requires app being installed in the group, and \n          either publish_to_groups permission with user token, or both pages_read_engagement \n          and pages_manage_posts permission with page token; If posting to a page, \n          requires both pages_read_engagement and pages_manage_posts as an admin with \n          sufficient administrative permission'

const write: Edge = (context) => {
  const caller = asPage(context)
  demandScopes(context, caller, ['pages_read_engagement', 'pages_manage_posts'], MAY_POST)
  const { params } = context.call
  const message = optionalText(params, 'message') ?? optionalText(params, 'link')
  if (message === undefined) throw missingParameter('message')
  return { id: add(context, caller, { parentId: null, message }).id }
}

/** A picture or a video on the wall, by its address or as a file. */
const publish =
  (address: string, answer: (post: Post) => object): Edge =>
  (context) => {
    const caller = asPage(context)
    demandScopes(context, caller, ['pages_read_engagement', 'pages_manage_posts'], MAY_POST)
    const { params, files } = context.call
    const url = optionalText(params, address)
    if (url === undefined && files.length === 0) throw missingParameter(address)
    const message = optionalText(params, 'message') ?? optionalText(params, 'description') ?? ''
    return answer(add(context, caller, { parentId: null, message }))
  }

const numberOf = ({ id }: Post): string => id.split('_').at(-1) ?? ''

const comment: Edge = (context) => {
  const caller = asPage(context)
  demand(context.parts, caller, 'pages_manage_engagement', 'MODERATE')
  const parent = asked(context)
  return {
    id: add(context, caller, { parentId: parent.id, message: requiredText(context.call.params, 'message') })
      .id,
  }
}

const add = (
  { parts }: EdgeContext,
  { page }: PageCaller,
  given: Pick<Post, 'parentId' | 'message'>,
): Post => {
  const nowMs = parts.clock.nowMs()
  const post = addPost(parts.world, parts.rng, { ...given, pageId: page.id, psid: null, nowMs })
  parts.courier.post({ page, psid: '', item: feed(post, { id: page.id, name: page.name }) })
  return post
}

const wall =
  (which: (post: Post) => boolean): Edge =>
  (context) => {
    const { page } = mayRead(context)
    return listed(context, (post) => post.pageId === page.id && post.parentId === null && which(post))
  }

const comments: Edge = (context) => {
  mayRead(context)
  const { id } = asked(context)
  return listed(context, ({ parentId }) => parentId === id)
}

const postNode: Edge = (context) => {
  mayRead(context)
  return describe(context, asked(context))
}

const edit: Edge = (context) => {
  const post = mine(context)
  post.message = requiredText(context.call.params, 'message')
  return { success: true }
}

const remove: Edge = (context) => {
  removePost(context.parts.world, mine(context))
  return { success: true }
}

const like =
  (liked: boolean): Edge =>
  (context) => {
    const caller = asPage(context)
    demand(context.parts, caller, 'pages_manage_engagement', 'MODERATE')
    asked(context).liked = liked
    return { success: true }
  }

const likes: Edge = (context) => {
  const { page } = mayRead(context)
  return { data: asked(context).liked ? [{ id: page.id, name: page.name }] : [] }
}

/** Closed to people's own walls since 2018. */
const postAsPerson: Edge = () => {
  throw permissionMissing(
    'The permission(s) publish_actions are not available. It has been deprecated. If you want to provide a way for your app users to share content to Facebook, we encourage you to use our Sharing products instead.',
  )
}

export const POST_EDGES: Record<string, Edge> = {
  'Page GET feed': wall(() => true),
  'Page GET posts': wall(({ psid }) => psid === null),
  'Page GET published_posts': wall(({ psid }) => psid === null),
  'Page GET visitor_posts': wall(({ psid }) => psid !== null),
  'Page POST feed': write,
  'Page POST photos': publish('url', (post) => ({ id: numberOf(post), post_id: post.id })),
  'Page POST videos': publish('file_url', (post) => ({ id: numberOf(post) })),
  'User POST feed': postAsPerson,
  'Post GET ': postNode,
  'Post POST ': edit,
  'Post DELETE ': remove,
  'Post GET comments': comments,
  'Post POST comments': comment,
  'Post GET likes': likes,
  'Post POST likes': like(true),
  'Post DELETE likes': like(false),
}

const listed = (context: EdgeContext, which: (post: Post) => boolean) => {
  const { parts, call, url } = context
  const { token } = asPage(context)
  const posts = [...parts.world.posts.values()].filter(which).toReversed()
  const address = { url, params: call.params, token: token.value }
  const list = paginate(posts, ({ id }) => id, address, parts.settings.pageSize)
  return list.wrap(list.items.map((post) => describe(context, post)))
}

const describe = (context: EdgeContext, post: Post) => {
  const { parts, call } = context
  const isComment = post.parentId !== null
  const author = post.psid === null ? parts.world.pages.get(post.pageId) : parts.world.visitors.get(post.psid)
  return project(isComment ? 'Comment' : 'Post', wantedFields(call, 'created_time,message,id'), {
    id: () => post.id,
    message: () => post.message,
    created_time: () => graphTime(post.createdMs),
    updated_time: () => graphTime(post.createdMs),
    from: () => author && { name: author.name, id: post.psid ?? post.pageId },
    permalink_url: () => `https://www.facebook.com/${post.id}`,
    is_published: () => (isComment ? undefined : true),
    can_reply_privately: () => post.psid !== null && !post.repliedTo,
    comment_count: () =>
      [...parts.world.posts.values()].filter(({ parentId }) => parentId === post.id).length,
    like_count: () => Number(post.liked),
    parent: () => (isComment ? { id: post.parentId } : undefined),
  })
}

const asked = ({ node, call }: EdgeContext): Post => {
  if (node.type === 'Post') return node.post
  throw unsupported(call.method, node.id)
}

/** Finds the post, which must be one of the Page itself. */
const mine = (context: EdgeContext): Post => {
  const caller = asPage(context)
  demandScopes(context, caller, ['pages_manage_posts'], MAY_POST)
  const post = asked(context)
  if (post.psid === null) return post
  throw new GraphFailure({ message: '(#200) Permissions error', code: 200 }, { status: 403 })
}

const mayRead = (context: EdgeContext) => {
  const caller = asPage(context)
  demand(context.parts, caller, 'pages_read_engagement')
  return caller
}

const demandScopes = (
  { parts }: EdgeContext,
  { token }: PageCaller,
  scopes: readonly string[],
  message: string,
) => {
  const granted = parts.tokens.scopes(token)
  if (!scopes.every((scope) => granted.includes(scope))) throw permissionMissing(message)
}
