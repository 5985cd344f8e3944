import { answers } from '../src/cli/answers.ts'
import { processIo } from './process-io.ts'

process.exitCode = await answers(process.argv.slice(2), processIo())
