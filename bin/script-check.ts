import { scriptCheck } from '../src/cli/script-check.ts'
import { processIo } from './process-io.ts'

process.exitCode = await scriptCheck(process.argv.slice(2), processIo())
