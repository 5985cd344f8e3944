import { spawnSync } from 'node:child_process'
import { existsSync, openSync } from 'node:fs'
import t from 'tap'

t.test(
  'a process whose output and messages go to one full disk lives on',
  existsSync('/dev/full') ? {} : { skip: 'this system has no /dev/full' },
  async (t) => {
    const full = openSync('/dev/full', 'w')
    const run = (script: string) => {
      const url = JSON.stringify(new URL('../../src/base/output.ts', import.meta.url))
      const words = `
        const { outliveOutput } = await import(${url})
        ${script}
        for (const print of [console.log, console.error, console.log, console.error]) {
          print('words')
          await new Promise((resolve) => setImmediate(resolve))
        }`
      const args = ['--input-type=module', '--eval', words]
      return spawnSync(process.execPath, args, { stdio: ['ignore', full, full] }).status
    }
    t.equal(run(''), 1, 'Node.js would end it')
    t.equal(run('outliveOutput()'), 0)
  },
)
