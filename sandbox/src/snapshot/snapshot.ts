import type { SandboxParts } from '../parts.ts'
import { addMessage, type Page, type Session, type World } from '../world.ts'
import { BadSnapshot, later, list, map, number, oneOf, record, text } from './codec.ts'
import * as codecs from './world-codec.ts'

/**
 * The whole state of the sandbox as JSON, including secrets. Webhooks in flight are not in it: their messages are restored as
 * failed, as if Facebook had given up.
 */
export const takeSnapshot = (parts: SandboxParts): object => {
  const { world, settings, clock, rng, files } = parts
  const sessions: Session[] = []
  const tokens = map(codecs.token(sessions)).write(world.tokens)
  const codes = map(codecs.code(sessions)).write(world.codes)
  return {
    ...HEADER,
    appId: settings.appId,
    origin: settings.origin(),
    nowMs: clock.nowMs(),
    chance: rng.state(),
    apps: map(codecs.app).write(world.apps),
    users: map(codecs.user).write(world.users),
    businesses: map(codecs.business).write(world.businesses),
    pages: map(codecs.page).write(new Map([...world.pages].map(([id, page]) => [id, withNames(page)]))),
    visitors: map(codecs.visitor).write(world.visitors),
    conversations: map(codecs.conversation).write(world.conversations),
    sessions: list(codecs.session).write(sessions),
    tokens,
    codes,
    attachments: map(codecs.attachment).write(world.attachments),
    personas: map(codecs.persona).write(world.personas),
    messageTemplates: map(codecs.messageTemplate).write(world.messageTemplates),
    optIns: map(codecs.optIn).write(world.optIns),
    labels: map(codecs.label).write(world.labels),
    posts: map(codecs.post).write(world.posts),
    accountLinks: map(codecs.accountLink).write(world.accountLinks),
    files: list(codecs.file).write(files.all()),
  }
}

/**
 * Restores the state of a snapshot; the clock never goes back. If a part of the snapshot is wrong, nothing changes.
 *
 * @throws BadSnapshot
 */
export const restoreSnapshot = (parts: SandboxParts, json: unknown): void => {
  const { world, settings, clock, rng, files, usage } = parts
  const { appId, origin, nowMs, chance } = header.read(json, 'it')
  const read = readWorld(atOrigin(json, origin, settings.origin()))
  if (!read.world.apps.has(appId)) throw new BadSnapshot('This saved world has no app of its own.')

  for (const [name, kept] of Object.entries(read.world)) {
    const held = world[name as keyof World] as Map<string, unknown>
    held.clear()
    for (const [key, value] of kept as Map<string, unknown>) held.set(key, value)
  }
  files.restore(read.files)
  usage.clear()
  settings.appId = appId
  rng.resume(chance)
  clock.advance(Math.max(0, nowMs - clock.nowMs()))
}

const HEADER = { format: 'evergreen-sandbox', version: 1 } as const

const header = record<{
  format: 'evergreen-sandbox'
  version: 1
  appId: string
  origin: string
  nowMs: number
  chance: number
}>({
  format: oneOf(HEADER.format),
  version: oneOf(HEADER.version),
  appId: text,
  origin: text,
  nowMs: number,
  chance: number,
})

const readWorld = (json: unknown) => {
  const { sessions } = record({ sessions: list(codecs.session) }).read(json, 'it')
  const { conversations, pages, files, ...rest } = record({
    apps: map(codecs.app),
    users: map(codecs.user),
    businesses: map(codecs.business),
    pages: map(codecs.page),
    visitors: map(codecs.visitor),
    conversations: map(codecs.conversation),
    tokens: map(codecs.token(sessions)),
    codes: map(codecs.code(sessions)),
    attachments: map(codecs.attachment),
    personas: map(codecs.persona),
    messageTemplates: later(map(codecs.messageTemplate), new Map()),
    optIns: map(codecs.optIn),
    labels: later(map(codecs.label), new Map()),
    posts: later(map(codecs.post), new Map()),
    accountLinks: later(map(codecs.accountLink), new Map()),
    files: list(codecs.file),
  }).read(json, 'it')

  const world: World = {
    ...rest,
    pages: new Map(),
    conversations: new Map(),
    messages: new Map(),
  }
  for (const [id, page] of pages) {
    const handedOut = page.handedOut.flatMap((value) => rest.tokens.get(value) ?? [])
    world.pages.set(id, { ...page, handedOut })
  }
  for (const [key, { messages, ...conversation }] of conversations) {
    const again = { ...conversation, messages: [] }
    world.conversations.set(key, again)
    for (const message of messages) {
      if (message.webhook === 'pending') message.webhook = 'failed'
      addMessage(world, again, message)
    }
  }
  return { world, files }
}

const withNames = ({ handedOut, ...page }: Page): codecs.PageWithoutTokens => ({
  ...page,
  handedOut: handedOut.map(({ value }) => value),
})

/** Rewrites addresses of files and pictures to this sandbox's origin, which may have another port. */
const atOrigin = (json: unknown, was: string, is: string): unknown => {
  if (was === '' || was === is) return json
  return JSON.parse(JSON.stringify(json).replaceAll(`${was}/`, `${is}/`)) as unknown
}
