import { createTokenStore } from '../../../src/store/tokens/token-store.ts'
import { pageToken } from './sample.ts'

// A process that saves one Page after another and prints each id once it is durable.
const [dir = '', name = '', count = '0'] = process.argv.slice(2)
const store = await createTokenStore({ dir, key: null })
for (let index = 0; index < Number(count); index++) {
  const pageId = `${name}-${index}`
  await store.save({ pages: [pageToken({ pageId, name: 'x'.repeat(2000) })] })
  process.stdout.write(`${pageId}\n`)
}
await store.close()
