import type { Clock } from './clock.ts'

/** The value of a promise, or `late` if it has not settled after `ms`. @throws the promise's rejection, if it comes before */
export const within = async <Value, Late>(
  clock: Pick<Clock, 'after'>,
  ms: number,
  asked: Promise<Value>,
  late: Late,
): Promise<Value | Late> => {
  const { promise, resolve } = Promise.withResolvers<Late>()
  const cancel = clock.after(ms, () => resolve(late))
  try {
    return await Promise.race([asked, promise])
  } finally {
    cancel()
  }
}
