import { bootstrapToken } from '../src/cli/bootstrap-token.ts'
import { EXIT } from '../src/cli/command.ts'
import { processIo } from './process-io.ts'

const code = await bootstrapToken(process.argv.slice(2), processIo())
process.exitCode = code
// Interrupted, a login or a call of Graph is still under way.
if (code === EXIT.interrupted) process.exit()
// The process that writes to standard input may go on for ever.
process.stdin.destroy()
