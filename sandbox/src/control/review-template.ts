import type { SandboxParts } from '../parts.ts'
import { event } from '../webhooks/items.ts'
import type { MessageTemplate } from '../world.ts'
import { BadBody, oneOf, optionalTextIn, readObject } from './bodies.ts'

/** Sets the status of a message template as Facebook's review does, and tells the apps of its Page. */
export const reviewTemplate = (parts: SandboxParts, id: string, body: unknown): void => {
  const template = parts.world.messageTemplates.get(id)
  if (!template) throw new BadBody('There is no message template with this id.', 404)
  const facts = readObject(body)
  const status = oneOf(facts, 'status', ['PENDING', 'APPROVED', 'REJECTED'] as const)
  const reason = optionalTextIn(facts, 'reason', 200) ?? null
  if (reason !== null && status !== 'REJECTED') throw new BadBody('Only a rejection has a "reason".')
  const updatedMs = parts.clock.nowMs()
  Object.assign(template, { status, rejectedReason: reason, updatedMs })
  tell(parts, template)
}

/** Meta shows no sample of this event for Pages; the keys are those of its sample for WhatsApp. */
const tell = ({ world, courier, clock }: SandboxParts, template: MessageTemplate) => {
  const page = world.pages.get(template.pageId)
  if (!page) return
  const item = event({ pageId: page.id, psid: '', atMs: clock.nowMs() }, 'message_template_status_update', {
    event: template.status,
    message_template_id: Number(template.id),
    message_template_name: template.name,
    message_template_language: template.language,
    reason: template.rejectedReason ?? 'NONE',
  })
  courier.post({ page, psid: '', item })
}
