import t from 'tap'
import { soleDuty } from '../../src/base/duty.ts'
import { whileHead } from '../../src/base/while-head.ts'

t.test('the work of the whole bot runs while this instance is the head, and no longer', (t) => {
  let isHead = false
  let listener = (): void => undefined
  const did: string[] = []
  const stop = whileHead(
    {
      ...soleDuty,
      isHead: () => isHead,
      onChange: (heard) => {
        listener = heard
        return () => void did.push('hears no more')
      },
    },
    { start: () => void did.push('start'), stop: () => void did.push('stop') },
  )
  listener()
  t.same(did, [])
  isHead = true
  listener()
  listener()
  t.same(did, ['start'])
  isHead = false
  listener()
  isHead = true
  listener()
  stop()
  t.same(did, ['start', 'stop', 'start', 'hears no more', 'stop'])
  t.end()
})
