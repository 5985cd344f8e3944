import { WHOLE_BOT, type Needs } from '../alerts/needs.ts'
import type { Clock } from '../base/clock.ts'
import { differencesOf, groupsOf, type RunningInstance } from '../base/running-instances.ts'

/**
 * Differences that end within this time are no trouble: instances differ during an upgrade, or while a setting is changed on one
 * machine after the other.
 */
const PATIENCE_MS = 5 * 60_000
const EVERY_MS = 15_000

/** Raises a need when instances have differed for {@link PATIENCE_MS}. */
export const createInstancesWatch = (deps: {
  list: () => readonly RunningInstance[]
  needs: Pick<Needs, 'raise' | 'update' | 'settle' | 'open'>
  clock: Pick<Clock, 'elapsed' | 'after'>
}): { start: () => void; stop: () => void } => {
  const { list, needs, clock } = deps
  /** Since when each mark differs, by `clock.elapsed()`. */
  const sinceMs = new Map<string, number>()
  let cancel = (): void => undefined

  const look = (): void => {
    const instances = list()
    const differing = differencesOf(instances)
    for (const name of sinceMs.keys()) if (!differing.includes(name)) sinceMs.delete(name)
    for (const name of differing) if (!sinceMs.has(name)) sinceMs.set(name, clock.elapsed())
    const lasting = differing.filter((name) => clock.elapsed() - (sinceMs.get(name) ?? 0) >= PATIENCE_MS)
    if (lasting.length === 0) needs.settle(WHOLE_BOT, 'instances')
    else {
      const need = needOf(lasting, instances)
      if (needs.open().some(({ cause }) => cause === 'instances')) needs.update(need)
      else needs.raise(need)
    }
    cancel = clock.after(EVERY_MS, look)
  }

  return {
    start: () => {
      sinceMs.clear()
      cancel = clock.after(EVERY_MS, look)
    },
    stop: () => cancel(),
  }
}

const needOf = (names: readonly string[], instances: readonly RunningInstance[]) => ({
  pageId: WHOLE_BOT,
  pageName: null,
  cause: 'instances' as const,
  what: `The instances do not agree: ${names.map((name) => groups(name, instances)).join('; ')}.`,
  remedy:
    'Give all of them the same settings, version, script and handlers, and restart those that are wrong: behind a load balancer every request may come to another one.',
})

/** Names the instances that have the same value, without the value. */
const groups = (name: string, instances: readonly RunningInstance[]): string => {
  const alike = groupsOf(name, instances)
  return `${name} is one on ${alike.map((some) => some.map(({ host }) => host).join(' and ')).join(', another on ')}`
}
