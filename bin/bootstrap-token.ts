import { bootstrapToken } from '../src/cli/bootstrap-token.ts'
import { EXIT } from '../src/cli/command.ts'
import { processIo } from './process-io.ts'

const code = await bootstrapToken(process.argv.slice(2), processIo())
process.exitCode = code
// After an interrupt, a login or a call to Graph may still be open, so the process is ended.
if (code === EXIT.interrupted) process.exit()
// The other end of the pipe may never close it, and would keep this process alive.
process.stdin.destroy()
