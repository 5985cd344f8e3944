import { within } from '../src/base/within.ts'
import { dirname } from 'node:path'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { isSilent } from '../src/conversation/handover-state.ts'
import { createDelivery } from '../src/delivery/delivery.ts'
import { LONGEST_LIMIT_MS } from '../src/handlers/bot.ts'
import { createMediaFiles } from '../src/script/media-files.ts'
import { eventOf } from '../src/webhook/inbox.ts'

// The handler runner enforces its own time limit; this longer one ends what that limit does not.
const WITH_HANDLERS = { handlerLimitMs: LONGEST_LIMIT_MS + 60_000, maxBusy: 1024 }

// Time limit for sends in flight when the server stops; other replies stay in the store.
const STOP_WITHIN_MS = 10_000

/** Passes accepted events to the conversation, and sends its replies to Facebook. */
async function delivery(app: FastifyInstance) {
  const {
    activity,
    clock,
    config,
    conversation,
    duty,
    graph,
    metrics,
    needs,
    noticed,
    store,
    tokens,
    visitorProfiles,
  } = app
  const log = app.log.child({ part: 'delivery' })

  store.onForgotten(() => {
    activity.forget()
    visitorProfiles.clear()
    noticed.loops.forgotten().catch((error: unknown) => {
      log.warn({ err: error }, 'an alert may name a visitor who was forgotten')
    })
  })
  const running = createDelivery({
    store,
    graph,
    files: createMediaFiles({ folder: dirname(config.BOT_SCRIPT), dataDir: config.DATA_DIR }),
    tokens,
    duty,
    needs,
    read: eventOf,
    handle: conversation.handle,
    patienceMs: conversation.patienceMs,
    apologise: conversation.apologise,
    pleaseWait: { afterMs: conversation.pleaseWaitAfterMs, say: conversation.pleaseWait },
    clock,
    random: Math.random,
    choose: conversation.choose,
    marksSeen: conversation.marksSeen,
    rates: { message: config.MESSAGES_PER_SECOND },
    log,
    ...(config.BOT_HANDLERS !== undefined && { limits: WITH_HANDLERS }),
    keepsQuestions: config.KEEP_QUESTIONS_DAYS > 0,
    report: {
      handled: (event, view, { state, replies, heard, counts = [], unanswered, automatic }) => {
        const { kind, standby } = event
        const isAsked = (kind === 'message' || kind === 'postback') && !isSilent(state)
        activity.heard(view, { kind, silent: isSilent(state), replies: replies.length })
        if (heard !== undefined) metrics.messageHeard(heard.how)
        for (const { what } of counts) metrics.conversation(what)
        if (unanswered === 'over_and_over') noticed.loops.met(view.pageId, view.psid)
        if (automatic === true) noticed.automaticReplies.seen(view.pageId)
        if (isAsked && view.psid !== null) noticed.bystander.wrote(view.pageId, view.psid, standby)
      },
      sent: (pageId, latencyMs, psid, waited) => {
        metrics.replySent(latencyMs)
        if (waited) metrics.replyWaited('token')
        activity.sent({ pageId, psid }, latencyMs)
        log.debug({ pageId, latencyMs }, 'sent')
      },
      dead: (pageId, reason, psid) => {
        metrics.replyDead(reason)
        activity.died({ pageId, psid })
      },
      refused: activity.refused,
      settled: metrics.doubtSettled,
      heldBack: metrics.heldBack,
    },
  })
  // Start sending only after `listen` succeeded: a start that fails has then sent nothing.
  app.addHook('onListen', async () => running.start())
  app.addHook('onClose', async () => {
    const isLate = await within(
      clock,
      STOP_WITHIN_MS,
      running.stop().then(() => false),
      true,
    )
    if (isLate)
      log.warn({}, 'stopped before every send had been answered; those are in doubt until the next start')
  })
}

export const deliveryPlugin = fp(delivery, {
  name: 'delivery',
  fastify: '5.x',
  dependencies: ['env', 'clock', 'metrics', 'store', 'needs', 'graph', 'tokens', 'conversation', 'noticed'],
})
