import { parseArgs } from 'node:util'
import { withStore } from '../src/cli/commands/open-store.ts'
import { runCommand, wrongUsage } from '../src/cli/commands/run.ts'

const USAGE = `Forgets a visitor: the number they are known by, what is remembered, what was answered, and all messages kept.

  npm run forget -- PSID             with every Page
  npm run forget -- PSID --page ID   with this Page only

A PSID is the number Facebook knows a visitor by on one Page; the operator console and the dead letters show it. What
waits to be sent to them is not sent. What remains are unreadable marks that keep repeated callbacks from being answered
twice; they go after two weeks. Facebook keeps the conversation in the Page inbox, and you your backups: delete it
there, too.

The database is rewritten, a second for each 200 MB or so, and the bot waits with what it has to store.

Works while the bot runs and while it does not. It reads DATA_DIR, also from .env.
Exit code: 0 done, 1 failed or nobody known by that number, 2 wrong usage.
`

const ID = /^\d{1,30}$/

const readArguments = () => {
  try {
    return parseArgs({
      args: process.argv.slice(2),
      options: { page: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    })
  } catch (error) {
    return wrongUsage(error instanceof Error ? error.message : String(error))
  }
}

await runCommand(async () => {
  const { values, positionals } = readArguments()
  if (values.help === true) {
    process.stdout.write(USAGE)
    return 0
  }
  const [psid = '', ...stray] = positionals
  if (!ID.test(psid) || stray.length > 0) wrongUsage('It needs one PSID, which is a number.')
  if (values.page !== undefined && !ID.test(values.page))
    wrongUsage('--page needs the id of a Page, a number.')
  const { conversations: count, erased } = await withStore((store) =>
    store.forget({ psid, pageId: values.page }),
  )
  if (!erased) {
    console.error(
      'Traces of visitors who were forgotten are still in the database, which could not be rewritten.',
    )
    console.error('Make sure that the disk has as much free room as the database takes, and run this again.')
  }
  if (count === 0) {
    console.error(`Nobody is known by the PSID ${psid}${values.page === undefined ? '' : ' on that Page'}.`)
    return 1
  }
  console.log(`Forgotten: ${psid}, in ${count === 1 ? 'one conversation' : `${count} conversations`}.`)
  return erased ? 0 : 1
})
