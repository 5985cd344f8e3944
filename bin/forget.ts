import { forget } from '../src/cli/forget.ts'
import { processIo } from './process-io.ts'

process.exitCode = await forget(process.argv.slice(2), processIo())
