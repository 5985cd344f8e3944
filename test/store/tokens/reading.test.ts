import t from 'tap'
import { placeInFolder } from '../../../src/store/tokens/place.ts'
import { openTokenStore } from '../../../src/store/tokens/token-store.ts'
import { createFakeClock } from '../../helpers/clock.ts'
import { until } from '../../helpers/until.ts'
import { pageToken } from './sample.ts'

t.test('while a changed token file is read, the tokens known before are in use', async (t) => {
  const dir = t.testdir()
  const clock = createFakeClock()
  const place = placeInFolder(dir, null)
  const reads: (() => void)[] = []
  let isSlow = false
  const slow = {
    ...place.adapter,
    read: async () => {
      if (isSlow) await new Promise<void>((resolve) => reads.push(resolve))
      return place.adapter.read()
    },
  }
  const store = await openTokenStore({ place: { ...place, adapter: slow }, clock })
  t.teardown(() => store.close())
  await store.save({ pages: [pageToken()] })
  const other = await openTokenStore({ place: placeInFolder(dir, null), clock })
  await other.save({ pages: [pageToken({ token: 'page-token-2', provedAtMs: 1_790_000_000_001 })] })
  await other.close()

  isSlow = true
  store.onChange(() => undefined)
  await until(() => reads.length > 0)
  t.equal(store.page('100')?.token, 'page-token-1', 'not none')
  for (const goOn of reads) goOn()
  await until(() => store.page('100')?.token === 'page-token-2')
})
