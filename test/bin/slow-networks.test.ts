import {
  getDefaultAutoSelectFamilyAttemptTimeout as perAddressMs,
  setDefaultAutoSelectFamilyAttemptTimeout as setPerAddressMs,
} from 'node:net'
import t from 'tap'
import { processIo } from '../../bin/process-io.ts'
import { allowSlowNetworks } from '../../bin/slow-networks.ts'

t.beforeEach((t) => {
  const [before, umask] = [perAddressMs(), process.umask()]
  t.teardown(() => {
    setPerAddressMs(before)
    process.umask(umask)
  })
})

t.test(
  'where a host has addresses of both families, a slow network has time to reach the first',
  async (t) => {
    setPerAddressMs(250)
    processIo()
    t.ok(perAddressMs() > 1_000, 'a lost packet is sent again after a second')
  },
)

t.test('an operator who gives each address longer is obeyed', async (t) => {
  setPerAddressMs(5_000)
  allowSlowNetworks()
  t.equal(perAddressMs(), 5_000)
})
