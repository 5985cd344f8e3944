import { questions } from '../src/cli/questions.ts'
import { processIo } from './process-io.ts'

process.exitCode = await questions(process.argv.slice(2), processIo())
