import { dirname, resolve } from 'node:path'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { SCRIPT_VARIABLES } from '../src/conversation/variables.ts'
import { createScriptDesk, type ScriptDesk } from '../src/editing/desk.ts'
import { mediaLooks } from '../src/script/media-files.ts'
import { SAMPLE_SCRIPT } from '../src/script/own-script.ts'
import { parseScript } from '../src/script/parse.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Where the scripts are read, tried and changed by people. */
    scriptDesk: ScriptDesk
  }
}

async function scriptDesk(app: FastifyInstance) {
  const { clock, config, conversation } = app
  const { DATA_DIR: dataDir } = config
  const [main] = conversation.scripts()
  const lookAt = mediaLooks({ folder: dirname(main?.file ?? config.BOT_SCRIPT), dataDir })
  app.decorate(
    'scriptDesk',
    createScriptDesk({
      scripts: conversation.scripts,
      parse: (content, { file, pageIds }) =>
        parseScript(content, { file, variables: SCRIPT_VARIABLES, lookAt, isOfPage: pageIds !== null }),
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
