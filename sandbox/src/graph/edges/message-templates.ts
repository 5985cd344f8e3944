import type { SandboxParts } from '../../parts.ts'
import type { MessageTemplate } from '../../world.ts'
import type { PageCaller } from '../call.ts'
import { badParameter, notPlayed, unsupported } from '../failure.ts'
import { project, wantedFields } from '../fields.ts'
import { demand } from '../identify.ts'
import { readNewTemplate } from '../message-template-rules.ts'
import { paginate } from '../paging.ts'
import { asText, isEmpty, optionalList, optionalText, requiredText, type Params } from '../params.ts'
import { asPage, graphTime, seconds, type Edge, type EdgeContext } from './edge.ts'

/** Templates of utility messages (docs/messenger-platform.md#f7): reviewed by the developer through the control API. */

/** Meta's page writes the first one; an app saw its login dialog take only the second. */
const SCOPES = ['page_utility_messaging', 'pages_utility_messaging'] as const
const DEFAULT_FIELDS = 'name,parameter_format,components,language,status,category,rejected_reason,id'

export const demandUtility = (parts: SandboxParts, caller: PageCaller): void => {
  const held = parts.tokens.scopes(caller.token)
  demand(parts, caller, SCOPES.find((scope) => held.includes(scope)) ?? SCOPES[0], 'MESSAGING')
}

export const messageTemplatesOf = ({ world }: SandboxParts, pageId: string): MessageTemplate[] =>
  [...world.messageTemplates.values()].filter((template) => template.pageId === pageId)

const addTemplate: Edge = (context) => {
  const { parts, call } = context
  const { page } = mayTemplate(context)
  const template = readNewTemplate(call.params)
  const { name, language } = template
  const isThere = messageTemplatesOf(parts, page.id).some(
    (other) => other.name === name && other.language === language,
  )
  if (isThere) throw badParameter(`The Page has a message template ${name} in ${language} already`)
  const id = `11${parts.rng.digits(13)}`
  const status = template.rejectedReason === null ? 'PENDING' : 'REJECTED'
  const nowMs = parts.clock.nowMs()
  const times = { createdMs: nowMs, updatedMs: nowMs }
  parts.world.messageTemplates.set(id, { id, pageId: page.id, ...template, status, ...times })
  parts.bus.stateChanged()
  return { id, status, category: 'UTILITY' }
}

const listTemplates: Edge = (context) => {
  const { parts, call, url } = context
  const { page, token } = mayTemplate(context)
  const all = messageTemplatesOf(parts, page.id).filter(isWanted(call.params))
  const address = { url, params: call.params, token: token.value }
  const list = paginate(all, ({ id }) => id, address, parts.settings.pageSize)
  return list.wrap(list.items.map((template) => describe(context, template)))
}

/** Names and texts are searched; languages and statuses are lists. */
const isWanted = (params: Params) => {
  const [name, content, either] = ['name', 'content', 'name_or_content'].map((key) =>
    optionalText(params, key),
  )
  const lists = ['language', 'status', 'category'].map((key) => optionalList(params, key))
  const [languages, statuses, categories] = lists
  return (template: MessageTemplate): boolean => {
    const words = template.components.map(({ text }) => asText(text)).join('\n')
    return (
      template.name.includes(name ?? '') &&
      words.includes(content ?? '') &&
      (template.name.includes(either ?? '') || words.includes(either ?? '')) &&
      (languages?.includes(template.language) ?? true) &&
      (statuses?.includes(template.status) ?? true) &&
      (categories?.includes('UTILITY') ?? true)
    )
  }
}

/** By name in all its languages, or with `template_id` in one. */
const deleteTemplates: Edge = (context) => {
  const { parts, call } = context
  const { page } = mayTemplate(context)
  if (!isEmpty(call.params['hsm_id'])) throw notPlayed("hsm_id, in whose place Meta's SDK has template_id")
  const name = requiredText(call.params, 'name')
  const id = optionalText(call.params, 'template_id')
  const gone = messageTemplatesOf(parts, page.id).filter(
    (template) => template.name === name && (id === undefined || template.id === id),
  )
  if (gone.length === 0) throw badParameter(`The Page has no message template ${name} of this kind`)
  for (const template of gone) parts.world.messageTemplates.delete(template.id)
  parts.bus.stateChanged()
  return { success: true }
}

const templateNode: Edge = (context) => {
  const { node, call } = context
  if (node.type !== 'MessengerBusinessTemplate') throw unsupported(call.method, node.id)
  mayTemplate(context)
  return describe(context, node.template)
}

export const MESSAGE_TEMPLATE_EDGES: Record<string, Edge> = {
  'Page GET message_templates': listTemplates,
  'Page POST message_templates': addTemplate,
  'Page DELETE message_templates': deleteTemplates,
  'MessengerBusinessTemplate GET ': templateNode,
}

const describe = ({ call, parts }: EdgeContext, template: MessageTemplate) =>
  project('MessengerBusinessTemplate', wantedFields(call, DEFAULT_FIELDS), {
    id: () => template.id,
    name: () => template.name,
    language: () => template.language,
    language_count: () =>
      messageTemplatesOf(parts, template.pageId).filter(({ name }) => name === template.name).length,
    category: () => 'UTILITY',
    parameter_format: () => template.parameterFormat,
    components: () => template.components,
    status: () => template.status,
    rejected_reason: () => template.rejectedReason,
    creation_time: () => seconds(template.createdMs),
    last_updated_time: () => graphTime(template.updatedMs),
  })

const mayTemplate = (context: EdgeContext): PageCaller => {
  const caller = asPage(context)
  demandUtility(context.parts, caller)
  return caller
}
