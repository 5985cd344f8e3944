import { backup } from '../src/cli/backup.ts'
import { processIo } from './process-io.ts'

process.exitCode = await backup(process.argv.slice(2), processIo())
