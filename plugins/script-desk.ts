import { resolve } from 'node:path'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createScriptDesk, type ScriptDesk } from '../src/editing/desk.ts'
import { SAMPLE_SCRIPT } from '../src/script/own-script.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Reads, tries and changes scripts for the console. */
    scriptDesk: ScriptDesk
  }
}

async function scriptDesk(app: FastifyInstance) {
  const { clock, config, conversation } = app
  const { DATA_DIR: dataDir } = config
  app.decorate(
    'scriptDesk',
    createScriptDesk({
      scripts: conversation.scripts,
      dataDir,
      fixed: (file) =>
        resolve(file) === SAMPLE_SCRIPT
          ? 'This is the sample that comes with the program: set BOT_SCRIPT to a file of yours.'
          : null,
      clock,
    }),
  )
}

export const scriptDeskPlugin = fp(scriptDesk, {
  name: 'script-desk',
  fastify: '5.x',
  dependencies: ['env', 'clock', 'conversation'],
})
