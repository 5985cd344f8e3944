import type { VisitorAction } from '../../api.ts'
import type { Page } from '../../world.ts'

/** Carries out a visitor's action. @returns the mid of the message it made, or why it is not possible */
export type Act = (page: Page, psid: string, action: VisitorAction) => Acted

export type Acted = { mid: string; url?: string; postId?: string } | { problem: string }

export type ActionType = VisitorAction['type']

/** The actions by their types. */
export type Actions = { [Type in ActionType]: Extract<VisitorAction, { type: Type }> }

/** Carries out the actions of some types. */
export type Acts<Types extends ActionType> = {
  [Type in Types]: (page: Page, psid: string, action: Actions[Type]) => Acted
}

/** The answer to an action that adds no message. */
export const NO_MESSAGE: Acted = { mid: '' }
export const NO_SUCH_MESSAGE: Acted = { problem: 'There is no such message in this conversation.' }
