import { countClients, tableInDocs, tableOf } from './count-clients.ts'
import { foreignTest } from './foreign-clients.ts'

foreignTest(
  'four foreign clients, unmodified at their own address, are answered right, and the docs say how often',
  async (t) => {
    const judged = await countClients()
    t.strictSame(
      judged.filter(({ verdict }) => verdict !== 'right'),
      [],
      'each answer is the one of Facebook',
    )
    const cells = (table: string) => table.replace(/[-\s]+/g, ' ')
    t.equal(cells(tableInDocs()), cells(tableOf(judged)), 'npm run clients mends the table')
  },
)
