import { doctor } from '../src/cli/doctor.ts'
import { processIo } from './process-io.ts'

process.exitCode = await doctor(process.argv.slice(2), processIo())
// The doctor has loaded the operator's handlers, which may keep the process alive.
setTimeout(() => process.exit(), 500).unref()
