import type { Duty } from '../base/duty.ts'
import type { AlertBook, Unsent } from './alert-book.ts'
import type { OpenChannel } from './channels/channels.ts'

/** Sends the notices of the book by their channels. The next head sends a notice that no channel took before this process ended. */
export interface AlertSending {
  /** Looks for unsent notices. */
  wake: () => void
}

export const createAlertSending = (deps: {
  book: AlertBook
  channels: readonly Pick<OpenChannel, 'name' | 'send'>[]
  duty: Pick<Duty, 'isHead'>
}): AlertSending => {
  const { book, channels, duty } = deps
  const underWay = new Set<string>()

  const deliver = async ({ id, channel: name, notice }: Unsent): Promise<void> => {
    const channel = channels.find((one) => one.name === name)
    // Between two tries another instance may have become the head and sent it.
    const isOurs = (): boolean => duty.isHead() && book.told().unsent.some((one) => one.id === id)
    // A channel whose settings were removed takes no notice.
    if (channel !== undefined && (await channel.send(notice, isOurs)) === 'stopped') return
    await book.change((told) => ({ ...told, unsent: told.unsent.filter((one) => one.id !== id) }))
  }

  return {
    wake: () => {
      if (!duty.isHead()) return
      for (const unsent of book.told().unsent) {
        if (underWay.has(unsent.id)) continue
        underWay.add(unsent.id)
        void deliver(unsent).finally(() => underWay.delete(unsent.id))
      }
    },
  }
}
