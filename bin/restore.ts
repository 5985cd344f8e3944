import { restore } from '../src/cli/restore.ts'
import { processIo } from './process-io.ts'

process.exitCode = await restore(process.argv.slice(2), processIo())
