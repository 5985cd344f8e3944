import { cpus } from 'node:os'
import { processIo } from '../bin/process-io.ts'
import { command, EXIT, wrongUsage } from '../src/cli/command.ts'
import { acceptance } from './acceptance.ts'
import { backlog } from './backlog.ts'
import { conversation } from './conversation.ts'
import { latency, throughput } from './end-to-end.ts'
import { memory } from './memory.ts'
import { postgres } from './postgres.ts'
import { start } from './start.ts'
import { trouble } from './trouble.ts'

const PARTS = {
  acceptance: (rounds: number) => acceptance({ rounds, count: 30_000 }),
  'end-to-end': (rounds: number) => throughput({ rounds: Math.min(rounds, 3) }),
  latency: (rounds: number) => latency({ rounds }),
  memory: (rounds: number) => memory({ rounds: Math.min(rounds, 3) }),
  backlog: (rounds: number) => backlog({ rounds: Math.min(rounds, 3) }),
  conversation: (rounds: number) => conversation({ rounds }),
  trouble: (rounds: number) => trouble({ rounds: Math.min(rounds, 3) }),
  postgres: (rounds: number) => postgres({ rounds: Math.min(rounds, 3) }),
  start: (rounds: number) => start({ rounds }),
}

const isPart = (name: string): name is keyof typeof PARTS => Object.hasOwn(PARTS, name)

const bench = command({
  name: 'bench',
  about: 'Measures what is named, or all of it, against bare programs in the same run.',
  usage: [
    ['npm run bench', 'everything'],
    ['npm run bench -- PART ...', Object.keys(PARTS).join(', ')],
  ],
  options: {
    rounds: {
      type: 'string',
      value: 'N',
      about: 'how often each is measured; 5 when left out, and at most 3 for the long ones',
    },
  },
  run: async ({ values: { rounds = '5' }, plain }, { stdout }) => {
    if (!/^[1-9]\d{0,3}$/.test(rounds)) wrongUsage('--rounds needs a whole number from 1.')
    const wanted = plain.map((name) => (isPart(name) ? name : wrongUsage(`There is no part ${name}.`)))
    stdout.write(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}\n`)
    for (const name of wanted.length > 0 ? wanted : Object.keys(PARTS).filter(isPart)) {
      await PARTS[name](Number(rounds))
    }
    return EXIT.done
  },
})

process.exitCode = await bench(process.argv.slice(2), processIo())
