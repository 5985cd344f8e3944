import { event } from '../../webhooks/items.ts'
import type { Label } from '../../world.ts'
import { demand } from '../identify.ts'
import { badParameter, unsupported } from '../failure.ts'
import { project, wantedFields } from '../fields.ts'
import { paginate } from '../paging.ts'
import { optionalText, requiredText } from '../params.ts'
import { asPage, type Edge, type EdgeContext } from './edge.ts'
import { noSuchPerson } from './threads.ts'

/** Custom labels (docs/messenger-platform.md#b11): made for a Page, put on the people who write to it, told in `inbox_labels`. */

const addLabel: Edge = (context) => {
  const { parts, call } = context
  const { page } = mayLabel(context)
  // Until v17 the parameter was called `name`.
  const name = optionalText(call.params, 'page_label_name') ?? requiredText(call.params, 'name')
  const id = `12${parts.rng.digits(14)}`
  if (labelsOf(context, page.id).some((label) => label.name === name)) {
    throw badParameter('A label with this name exists already')
  }
  parts.world.labels.set(id, { id, pageId: page.id, name, psids: new Set() })
  return { id }
}

const listLabels: Edge = (context) => {
  const { page } = mayLabel(context)
  return listed(context, labelsOf(context, page.id))
}

const labelsOfPerson: Edge = (context) => {
  const { page } = mayLabel(context)
  const psid = context.node.id
  return listed(
    context,
    labelsOf(context, page.id).filter(({ psids }) => psids.has(psid)),
  )
}

const labelNode: Edge = (context) => describe(context, asked(context))

const deleteLabel: Edge = (context) => {
  context.parts.world.labels.delete(asked(context).id)
  return { success: true }
}

const putOn: Edge = (context) => {
  const label = asked(context)
  const psid = person(context, label)
  label.psids.add(psid)
  tell(context, label, psid, 'add')
  return { success: true }
}

const takeOff: Edge = (context) => {
  const label = asked(context)
  const psid = person(context, label)
  label.psids.delete(psid)
  tell(context, label, psid, 'remove')
  return { success: true }
}

export const LABEL_EDGES: Record<string, Edge> = {
  'Page POST custom_labels': addLabel,
  'Page GET custom_labels': listLabels,
  'Profile GET custom_labels': labelsOfPerson,
  'PageLabel GET ': labelNode,
  'PageLabel DELETE ': deleteLabel,
  'PageLabel POST label': putOn,
  'PageLabel DELETE label': takeOff,
}

const labelsOf = ({ parts }: EdgeContext, pageId: string): Label[] =>
  [...parts.world.labels.values()].filter((label) => label.pageId === pageId)

const listed = (context: EdgeContext, labels: readonly Label[]) => {
  const { parts, call, url } = context
  const { token } = asPage(context)
  const list = paginate(
    labels,
    ({ id }) => id,
    { url, params: call.params, token: token.value },
    parts.settings.pageSize,
  )
  return list.wrap(list.items.map((label) => describe(context, label)))
}

/** Only the id unless asked for more, as at Facebook. */
const describe = ({ call }: EdgeContext, label: Label) =>
  project('PageLabel', wantedFields(call, 'id'), {
    id: () => label.id,
    page_label_name: () => label.name,
    name: () => label.name,
  })

const asked = (context: EdgeContext): Label => {
  const { node, call } = context
  if (node.type !== 'PageLabel') throw unsupported(call.method, node.id)
  mayLabel(context)
  return node.label
}

const person = ({ parts, call }: EdgeContext, { pageId }: Label): string => {
  const psid = requiredText(call.params, 'user')
  const knows = [...parts.world.conversations.values()].some(
    (conversation) => conversation.pageId === pageId && conversation.psid === psid,
  )
  if (knows) return psid
  throw noSuchPerson()
}

const tell = (
  { parts }: EdgeContext,
  { id, pageId, name }: Label,
  psid: string,
  action: 'add' | 'remove',
) => {
  const page = parts.world.pages.get(pageId)
  if (!page) return
  const content = { user: { id: psid }, action, label: { id, page_label_name: name } }
  const item = event({ pageId, psid, atMs: parts.clock.nowMs() }, 'inbox_labels', content)
  parts.courier.post({ page, psid, item })
}

const mayLabel = (context: EdgeContext) => {
  const caller = asPage(context)
  demand(context.parts, caller, 'pages_manage_metadata', 'MESSAGING')
  return caller
}
