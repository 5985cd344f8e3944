import { command, EXIT, wrongUsage } from './command.ts'
import { withStore } from './with-store.ts'

const ID = /^\d{1,30}$/

export const forget = command({
  name: 'forget',
  about:
    "Deletes a visitor's data: the PSID, the remembered answers, the answers of forms and all kept messages.",
  usage: [
    ['npm run forget -- PSID', 'with every Page'],
    ['npm run forget -- PSID --page ID', 'with this Page only'],
  ],
  options: { page: { type: 'string', value: 'ID', about: 'only with this Page' } },
  notes: `A PSID is the number Facebook knows a visitor by on one Page; the operator console and the dead letters show it. What
waits to be sent to them is not sent. What remains are unreadable marks that keep repeated callbacks from being answered
twice; they go after two weeks. Facebook keeps the conversation in the Page inbox, and you your backups: delete it
there, too.

The database is rewritten, a second for each 200 MB or so, and the bot waits with what it has to store.

Run it again where it was cut off.

Works while the bot runs and while it does not. It reads DATA_DIR or DATABASE_URL, also from .env.`,
  exit: '0 done, also when this run has completed one that was cut off, 1 failed or no visitor is known by that number, 2 wrong usage.',
  run: async ({ values: { page: pageId }, plain: [psid = '', ...stray] }, { env, stdout, stderr }) => {
    if (!ID.test(psid) || stray.length > 0) wrongUsage('It needs one PSID, which is a number.')
    if (pageId !== undefined && !ID.test(pageId)) wrongUsage('--page needs the id of a Page, a number.')
    const {
      conversations: count,
      erased,
      late,
    } = await withStore(env, (store) => store.forget({ psid, pageId }))
    if (!erased) stderr.write(NOT_ERASED)
    if (late) stdout.write(ERASED_LATE)
    if (count === 0) {
      stderr.write(
        `No visitor is stored under the PSID ${psid}${pageId === undefined ? '' : ' on that Page'}.\n`,
      )
      if (erased && !late) stderr.write(DONE_BEFORE)
      // A run that was cut off after it had deleted the rows ends well when it is repeated.
      return late ? EXIT.done : EXIT.failed
    }
    stdout.write(`Forgotten: ${psid}, in ${count === 1 ? 'one conversation' : `${count} conversations`}.\n`)
    return erased ? EXIT.done : EXIT.failed
  },
})

const ERASED_LATE =
  'An earlier run, which had not come to its end, is completed: no trace of its visitors is left.\n'

/** Nothing tells a run that was killed before its last line from a wrong number: a mark of the number would be a trace. */
const DONE_BEFORE = 'If an earlier run for this number was cut off, it had done its work.\n'

const NOT_ERASED = `Traces of visitors who were forgotten are still in the database, which could not be rewritten.
Make sure that the disk of DATA_DIR has twice as much free room as the database takes, and run this again.
`
