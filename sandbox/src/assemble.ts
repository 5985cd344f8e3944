import { createBus } from './bus.ts'
import { createChat } from './chat.ts'
import { createClock } from './clock.ts'
import { stateEvent } from './control/routes.ts'
import { createFileStore } from './files.ts'
import { createUsage } from './graph/usage.ts'
import { limitsOf, type SandboxOptions } from './options.ts'
import type { SandboxParts, Settings } from './parts.ts'
import { createRng } from './rng.ts'
import { createTokens } from './tokens.ts'
import { createTrafficLog } from './traffic.ts'
import { createTrouble } from './trouble.ts'
import { createCourier } from './webhooks/courier.ts'
import type { Line } from './webhooks/line.ts'
import { createWire } from './webhooks/wire.ts'
import { emptyWorld, type World } from './world.ts'

/** Puts the parts together, around a world that is still empty. */
export const assemble = (
  options: SandboxOptions,
  { seed, line }: { seed: number; line: Line },
): SandboxParts => {
  const world = emptyWorld()
  const clock = options.clock ?? createClock()
  const rng = createRng(seed)
  const traces = createRng(~seed)
  const settings: Settings = {
    graphVersion: options.graphVersion ?? 'v25.0',
    appId: options.appId,
    mode: options.mode ?? 'live',
    pageSize: options.pageSize ?? 100,
    latencyMs: options.latencyMs ?? 0,
    profileAccess: options.profileAccess ?? true,
    repairCommand: options.repairCommand ?? null,
    origin: () => '',
  }
  const bus = createBus(() => stateEvent(parts))
  const { stateChanged } = bus
  const trouble = createTrouble()
  const traffic = createTrafficLog({
    tell: (entry) => bus.watched() && bus.tell({ type: 'traffic', traffic: entry }),
    secrets: () => secretsOf(world),
  })
  const wire = createWire({ clock, rng: traces, line, trouble, traffic, stateChanged })
  const batchSize = options.webhookBatch ?? 1
  const courier = createCourier({ world, clock, wire, trouble, batchSize, stateChanged })
  const parts: SandboxParts = {
    settings,
    world,
    clock,
    rng,
    traces,
    bus,
    tokens: createTokens({ world, rng, nowMs: clock.nowMs }),
    files: createFileStore({ rng, origin: () => settings.origin() }),
    usage: createUsage({
      limits: limitsOf(options),
      nowMs: clock.nowMs,
      engaged: (page) => peopleOf(world, page.id),
    }),
    trouble,
    traffic,
    courier,
    chat: createChat({ world, clock, rng, bus, courier, origin: () => settings.origin() }),
  }
  return parts
}

const peopleOf = (world: World, pageId: string): number => {
  let people = 0
  for (const conversation of world.conversations.values()) {
    if (conversation.pageId === pageId && conversation.openedMs !== null) people += 1
  }
  return people
}

function* secretsOf(world: World): Generator<string> {
  for (const { secret, subscription } of world.apps.values()) {
    yield secret
    if (subscription?.verifyToken) yield subscription.verifyToken
  }
}
