import { ask } from '../src/cli/ask.ts'
import { processIo } from './process-io.ts'

process.exitCode = await ask(process.argv.slice(2), processIo())
