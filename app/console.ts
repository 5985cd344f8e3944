import type { FastifyInstance } from 'fastify'
import { actsPlugin } from '../plugins/acts.ts'
import { errorPagesPlugin } from '../plugins/error-pages.ts'
import { scriptDeskPlugin } from '../plugins/script-desk.ts'
import { consolePlugin } from '../plugins/console.ts'
import { signInPlugin, type SignInOptions } from '../plugins/sign-in.ts'
import { metricsRoutes } from '../routes/metrics.ts'
import { operatorAssetRoutes } from '../routes/console/assets.ts'
import { operatorConversationRoutes } from '../routes/console/conversation.ts'
import { operatorDeadLetterRoutes } from '../routes/console/dead-letters.ts'
import { facebookLoginRoutes } from '../routes/console/facebook-login.ts'
import { operatorAnswerRoutes } from '../routes/console/answer.ts'
import { operatorVisitorRoutes } from '../routes/console/visitors.ts'
import { operatorInstanceRoutes } from '../routes/console/instances.ts'
import { operatorNumberRoutes } from '../routes/console/numbers.ts'
import { operatorPeopleRoutes } from '../routes/console/people.ts'
import { operatorQuestionRoutes } from '../routes/console/questions.ts'
import { operatorScriptRoutes } from '../routes/console/script.ts'
import { operatorScriptReplyRoutes } from '../routes/console/script-reply.ts'
import { operatorScriptTextRoutes } from '../routes/console/script-text.ts'
import { operatorRepairRoutes } from '../routes/console/repair.ts'
import { operatorSignInRoutes } from '../routes/console/sign-in.ts'
import { operatorRoutes } from '../routes/console/overview.ts'

/** The operator's routes and the plugins that guard them. */
export const operatorAreaRoutes = async (area: FastifyInstance, options: SignInOptions) => {
  area.register(actsPlugin)
  area.register(signInPlugin, options)
  area.register(errorPagesPlugin)
  area.register(consolePlugin)
  area.register(scriptDeskPlugin)
  area.register(metricsRoutes)
  area.register(operatorAssetRoutes)
  area.register(operatorSignInRoutes)
  area.register(operatorRoutes)
  area.register(operatorRepairRoutes)
  area.register(facebookLoginRoutes)
  area.register(operatorConversationRoutes)
  area.register(operatorDeadLetterRoutes)
  area.register(operatorQuestionRoutes)
  area.register(operatorScriptRoutes)
  area.register(operatorScriptReplyRoutes)
  area.register(operatorScriptTextRoutes)
  area.register(operatorVisitorRoutes)
  area.register(operatorAnswerRoutes)
  area.register(operatorNumberRoutes)
  area.register(operatorPeopleRoutes)
  area.register(operatorInstanceRoutes)
}
