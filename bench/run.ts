import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { acceptance } from './acceptance.ts'
import { backlog } from './backlog.ts'
import { conversation } from './conversation.ts'
import { latency, throughput } from './end-to-end.ts'
import { memory } from './memory.ts'

const USAGE = `npm run bench -- [acceptance] [end-to-end] [latency] [memory] [backlog] [conversation] [--rounds N]

Measures what is named, or all of it, against bare programs in the same run.

  --rounds N   how often each is measured; 5 when left out, and at most 3 for the long ones
  --help
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' }, help: { type: 'boolean', default: false } },
})
if (values.help) {
  process.stdout.write(USAGE)
  process.exit(0)
}
const rounds = Number(values.rounds)
const wanted = (name: string): boolean => positionals.length === 0 || positionals.includes(name)

process.stdout.write(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}\n`)
if (wanted('acceptance')) await acceptance({ rounds, count: 30_000 })
if (wanted('end-to-end')) await throughput({ rounds: Math.min(rounds, 3) })
if (wanted('latency')) await latency({ rounds })
if (wanted('memory')) await memory({ rounds: Math.min(rounds, 3) })
if (wanted('backlog')) await backlog({ rounds: Math.min(rounds, 3) })
if (wanted('conversation')) await conversation({ rounds })
