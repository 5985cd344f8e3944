import { problemOf } from '../base/call-failure.ts'
import { createPump } from '../base/pump.ts'
import type { Clock } from '../base/clock.ts'
import type { Duty, Instances } from '../base/duty.ts'
import type { Store } from '../store/store.ts'
import type { KeptAnswers } from '../store/form-answers.ts'
import type { Log } from '../base/logger.ts'

/** Posts the answers of forms to the addresses in the script, each at least once. Receivers recognise repeats by `id`. */
export interface AnswersCourier {
  start: () => void
  /** Stops, and waits for posts in progress. */
  stop: () => Promise<void>
}

/** The JSON that the receiver gets. */
export interface AnswersParcel {
  id: number
  form: string
  pageId: string
  psid: string | null
  /** ISO 8601. */
  at: string
  answers: unknown
}

const TOPIC = 'form-answers'
const AT_ONCE = 8
const SOONEST_MS = 30_000
const LATEST_MS = 6 * 3_600_000
/** After this time the answers are no longer posted, only kept, because the operator has to correct the address. */
const GIVE_UP_MS = 7 * 24 * 3_600_000

export const createAnswersCourier = (deps: {
  store: Pick<Store, 'formAnswers' | 'onWork'>
  /** The head posts the answers; the keepers of the Pages store them. */
  duty: Pick<Duty, 'isHead' | 'onChange'>
  instances: Instances
  /** Resolves when the receiver has accepted the answers; rejects otherwise. */
  post: (url: string, parcel: AnswersParcel) => Promise<void>
  clock: Clock
  log: Log
}): AnswersCourier => {
  const { store, duty, instances, post, clock, log } = deps
  let stopped = false
  let cancelWait = (): void => undefined
  let stops: (() => void)[] = []

  const pump = createPump({
    run: async () => {
      cancelWait()
      if (stopped || !duty.isHead()) return false
      const nowMs = clock.now()
      let { answers, nextMs } = await store.formAnswers.due(nowMs, AT_ONCE)
      // A later time than the longest wait was set by a clock that was ahead, so the answers are due now.
      if (answers.length === 0 && nextMs !== null && nextMs - nowMs > LATEST_MS)
        ({ answers, nextMs } = await store.formAnswers.due(nextMs, AT_ONCE))
      if (answers.length === 0 && nextMs !== null) cancelWait = clock.after(nextMs - nowMs, pump.wake)
      await Promise.all(answers.map(deliver))
      return answers.length > 0
    },
    onError: (error) => {
      log.error({ err: error }, 'the answers of forms could not be read')
      cancelWait = clock.after(SOONEST_MS, pump.wake)
    },
  })

  const deliver = async (one: KeptAnswers): Promise<void> => {
    const { id, url, form, pageId, psid, keptMs, body } = one
    try {
      const at = new Date(keptMs).toISOString()
      await post(url ?? '', { id, form, pageId, psid, at, answers: JSON.parse(body) })
      await store.formAnswers.tried(id, null)
    } catch (error) {
      const nowMs = clock.now()
      const ageMs = nowMs - keptMs
      const gaveUp = ageMs > GIVE_UP_MS
      await store.formAnswers.tried(
        id,
        gaveUp ? null : nowMs + Math.min(LATEST_MS, Math.max(SOONEST_MS, ageMs)),
      )
      log.warn(
        { form, answersId: id, problem: problemOf(error) },
        gaveUp
          ? 'the answers of a form could not be delivered for a week, and are only kept now; the command answers lists them'
          : 'the answers of a form could not be delivered, and are tried again',
      )
    }
  }

  return {
    start: () => {
      stops = [
        store.onWork((queue) => {
          if (queue === 'answers') instances.tell(TOPIC)
        }),
        instances.onTold(TOPIC, pump.wake),
        duty.onChange(pump.wake),
      ]
      pump.wake()
    },
    stop: async () => {
      stopped = true
      for (const stop of stops) stop()
      cancelWait()
      await pump.idle()
      cancelWait()
    },
  }
}
