import type { ConversationView } from '../src/conversation/view.ts'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { createConversationEngine, type ConversationEngine } from '../src/conversation/conversation.ts'
import { OWN_LOOKUPS, type Lookup } from '../src/conversation/speaking.ts'
import { withCounts } from '../src/conversation/counts.ts'
import { withLastWords } from '../src/conversation/last-words.ts'
import { withSameTexts } from '../src/conversation/deserves/same-texts.ts'
import { withNotes } from '../src/conversation/deserves/noting.ts'
import { withAssistant } from '../src/assistant/with-assistant.ts'
import { withDisclosure } from '../src/conversation/disclosure.ts'
import { SCRIPT_VARIABLES } from '../src/conversation/variables.ts'
import type { Script } from '../src/script/types.ts'
import type { Handlers } from '../src/handlers/handlers.ts'
import { WHOLE_BOT } from '../src/alerts/needs.ts'
import { raisesNeeds } from '../src/alerts/page-trouble.ts'
import { makeOwnScript } from '../src/script/own-script.ts'
import { openScriptFiles, type ScriptPlace } from '../src/script/script-files.ts'
import { wrongScript } from '../src/script/wrong-script.ts'
import {
  createVisitorProfiles,
  type ProfileField,
  type VisitorProfiles,
} from '../src/profile/visitor-profile.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Answers events with the present scripts. */
    conversation: BotConversation
    visitorProfiles: VisitorProfiles
  }
}

export interface BotConversation extends ConversationEngine {
  /** The script of a Page. */
  script: (pageId: string) => Script
  /** Calls the listener after each reload of a script. Returns the function that removes it. */
  onScript: (listener: () => void) => () => void
  /** All scripts in use, the main one first. */
  scripts: () => ScriptPlace[]
}

async function conversation(app: FastifyInstance) {
  const { BOT_SCRIPT: wanted, FB_APP_ID: appId } = app.config
  const log = app.log.child({ part: 'script' })
  const { file, made } = makeOwnScript(wanted)
  if (made === 'copied')
    log.info({ file }, 'the script was made from the sample that ships with the bot: change it as you like')
  if (made === 'sample') {
    log.warn(
      { file: wanted },
      'there is no script and none can be made there, so the sample speaks: set BOT_SCRIPT to a file of yours',
    )
  }
  const visitorProfiles = createVisitorProfiles({ graph: app.graph, tokens: app.tokens, clock: app.clock })
  const told =
    (field: ProfileField): Lookup =>
    (view) =>
      visitorProfiles.tell(view, field)
  const lookups: Record<(typeof SCRIPT_VARIABLES)[number], Lookup> = {
    ...OWN_LOOKUPS,
    first_name: told('first_name'),
    last_name: told('last_name'),
    name: told('name'),
  }
  const tell = raisesNeeds({
    needs: app.needs,
    cause: 'script',
    nameOf: (pageId) => app.tokens.status(pageId).pageName,
  })
  const scripts = await openScriptFiles({
    file,
    dataDir: app.config.DATA_DIR,
    variables: SCRIPT_VARIABLES,
    clock: app.clock,
    log,
    onWrong: (pageIds, error) => {
      for (const pageId of pageIds ?? [WHOLE_BOT]) tell(pageId, error && wrongScript(error))
    },
  })
  const script = createConversationEngine({
    script: scripts.of,
    appId,
    lookups,
    localeOf: told('locale'),
  })
  const assisted = {
    ...script,
    handle: withAssistant({
      script: scripts.of,
      handle: script.handle,
      ask: (by, question) => app.askAssistant(by, question),
    }),
  }
  const { BOT_HANDLERS: handlersFile } = app.config
  const code = handlersFile === undefined ? null : await openCode(app, handlersFile, assisted)
  const disclosed = withDisclosure({
    script: scripts.of,
    handle: code?.handle ?? assisted.handle,
    disclose: script.disclose,
  })
  const handle = withCounts(withSameTexts(withLastWords(withNotes(disclosed)), { appId, clock: app.clock }))
  const named = (view: ConversationView): ConversationView => ({
    pageName: app.tokens.status(view.pageId).pageName,
    ...view,
  })
  app.decorate('visitorProfiles', visitorProfiles)
  app.decorate('conversation', {
    ...script,
    handle: (event, view) => handle(event, named(view)),
    answerWith: (name, event, view) => script.answerWith(name, event, named(view)),
    apologise: (event, view) => script.apologise(event, named(view)),
    pleaseWait: (event, view) => script.pleaseWait(event, named(view)),
    disclose: (event, view) => script.disclose(event, named(view)),
    script: scripts.of,
    onScript: scripts.onChange,
    scripts: scripts.all,
  })
  app.addHook('onReady', async () => {
    scripts.start()
    code?.handlers.start()
  })
  app.addHook('onClose', async () => {
    scripts.stop()
    code?.handlers.stop()
  })
}

/** Loads the handler runner only if there are code handlers, which shortens the start. */
const openCode = async (
  app: FastifyInstance,
  file: string,
  script: ConversationEngine,
): Promise<{ handlers: Handlers; handle: ConversationEngine['handle'] }> => {
  const [{ openHandlers }, { withHandlers }] = await Promise.all([
    import('../src/handlers/handlers.ts'),
    import('../src/handlers/run.ts'),
  ])
  const handlers = await openHandlers({ file, clock: app.clock, log: app.log.child({ part: 'handlers' }) })
  return { handlers, handle: withHandlers({ handlers, script }) }
}

/** @throws ScriptError at registration, when the script has mistakes, so that the bot does not start without replies. */
export const conversationPlugin = fp(conversation, {
  name: 'conversation',
  fastify: '5.x',
  dependencies: ['env', 'clock', 'needs', 'graph', 'tokens'],
})
