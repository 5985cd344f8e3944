import type { JsonObject } from '../base/json.ts'
import type { Localised } from '../script/localised.ts'
import type { Template } from '../script/template.ts'
import type { Script } from '../script/types.ts'
import { find, type Found } from './find.ts'
import { beginForm, isStuck, leaveForm, type AskPlace, type FormStep } from './forms.ts'
import { isSilent, silence } from './handover-state.ts'
import { createMatcher, type Matcher } from './match/matcher.ts'
import { readMemory, remember } from './memory.ts'
import { daysToPick, offersOf, rescueOf, shownAs, undoOf } from './questions.ts'
import { choicesOf, render } from './render.ts'
import { resolve, type PlainItem } from './resolve.ts'
import type { Speaking } from './speaking.ts'
import { after, backOf, type Turn } from './turn.ts'
import type { ScriptResult } from './view.ts'
import { say, type Voice } from './voice.ts'

const NO_GROUPS: ReadonlyMap<string, string> = new Map()

/** Answers an event with a found reply, and leads through forms. */
export interface Answering {
  /** Says a found reply: judges conditions, renders, adds questions, choices and handover. */
  answerTo: (turn: Turn, found: Found) => ScriptResult | Promise<ScriptResult>
  /** Says the next step of a form. */
  inForm: (turn: Turn, step: FormStep) => ScriptResult | Promise<ScriptResult>
}

export const createAnswering = (speak: Speaking['speak']): Answering => {
  const answerTo: Answering['answerTo'] = (turn, found) => {
    const ended = endedAtOnce(turn, found)
    if (ended !== null) return inForm(turn, ended)
    return speak(turn, [found.answer, ...(turn.back ? [backOf(turn.script)] : [])], (voice) => ({
      ...compose(turn, found, voice),
      ...(found.heard && { heard: found.heard }),
    }))
  }

  /** A form that is complete at once, because the button has brought all answers along. */
  const endedAtOnce = ({ script, event, state }: Turn, { answer, carried }: Found): FormStep | null => {
    if (carried === undefined || !('name' in answer)) return null
    const begun = beginForm(script, { reply: String(answer.name), carried }, state, event.timestampMs)
    return begun?.is === 'done' ? begun : null
  }

  const compose = (turn: Turn, found: Found, voice: Voice): ScriptResult => {
    const { script, event } = turn
    const memory = readMemory(turn.state)
    const facts = {
      language: voice.language,
      nowMs: event.timestampMs,
      visits: memory.visit?.count ?? 1,
      remembered: memory.remembered,
      turns: memory.turns,
    }
    const before = turn.back ? resolve(script, backOf(script), facts).items : []
    const answer = resolve(script, found.answer, facts)
    const saying = answer.name
    if (found.choicesFrom !== undefined) {
      const choices = choicesOf(voice, answer.choices, { from: found.choicesFrom, name: answer.name })
      return {
        replies: render(voice, [...before, textItem(script.words.moreSay)], choices),
        state: turn.state,
      }
    }
    let state = turn.state
    if (answer.turns !== memory.turns) state = remember(state, { turns: answer.turns })
    const { form } = answer
    if (form !== null && form.questions.length > 0) {
      const begun = beginForm(
        script,
        { reply: answer.name, carried: found.carried ?? {} },
        state,
        event.timestampMs,
      )
      if (begun?.is === 'next') {
        const { question } = begun.place
        const items = [...before, ...answer.items, textItem(question.text)]
        const replies = render(voice, items, offersOf(script, voice.language, question))
        return { replies, state: begun.state, saying }
      }
    }
    const names = [...new Set([...(found.near ?? []), ...answer.choices])]
    const replies = render(
      voice,
      [...before, ...answer.items],
      choicesOf(voice, names, { from: 0, name: answer.name }),
    )
    if (!answer.handover) return { replies, state, saying }
    const left = silence(leaveForm(state), event.timestampMs)
    return { replies, state: left, effects: [{ do: 'handover' }], saying }
  }

  const inForm: Answering['inForm'] = (turn, step) => {
    const { script } = turn
    const asker = 'place' in step ? script.replies.get(step.place.reply) : undefined
    const ask = (place: AskPlace, text: Localised<Template>, from: number, state: JsonObject | null) =>
      speak({ ...turn, state }, asker === undefined ? [] : [asker], (voice) => ({
        replies: render(voice, [textItem(text)], offersOf(script, voice.language, place.question, from)),
        state,
        saying: place.reply,
      }))
    switch (step.is) {
      case 'more':
        return ask(step.place, script.words.moreSay, step.from, turn.state)
      case 'again':
        return speak({ ...turn, state: step.state }, asker === undefined ? [] : [asker], (voice) => ({
          replies: render(voice, step.texts.map(textItem), [
            ...daysToPick(voice.language, step.place.question, step.days),
            ...(step.isStuck ? rescueOf : offersOf)(script, voice.language, step.place.question),
          ]),
          state: step.state,
          saying: step.place.reply,
        }))
      case 'next':
        return ask(step.place, step.place.question.text, 0, step.state)
      case 'corrected':
        return speak({ ...turn, state: step.state }, asker === undefined ? [] : [asker], (voice) => {
          const { place, before, value } = step
          const corrected = `${say(voice, script.words.corrected)} ${shownAs(voice, before, value)}`
          return {
            replies: render(
              voice,
              [textItem([corrected]), textItem(place.question.text)],
              offersOf(script, voice.language, place.question),
            ),
            state: step.state,
            saying: place.reply,
          }
        })
      case 'cancelled':
        return speak({ ...turn, state: step.state }, [], (voice) => ({
          replies: render(voice, [textItem(script.words.cancelled)], undoOf(voice, step.back)),
          state: step.state,
        }))
      case 'done': {
        const answer = script.replies.get(step.next) ?? script.fallback
        return after(answerTo({ ...turn, state: step.state }, { answer, groups: NO_GROUPS }), (handled) => ({
          ...handled,
          finished: step.form,
          ...(step.answers !== null && { answers: [step.answers] }),
        }))
      }
      case 'aside':
        return aside({ ...turn, state: step.state }, step)
    }
  }

  /** Says another reply in the middle of a form, then repeats the question if the form is still on. */
  const aside = (
    turn: Turn,
    { place: { reply, question }, said }: FormStep & { is: 'aside' },
  ): ScriptResult | Promise<ScriptResult> => {
    const { script, event } = turn
    const meant = said !== undefined && event.kind === 'message' ? { ...event, text: said } : event
    const found = find(meant, script, matcherOf(script))
    if (found === null) return { replies: [], state: turn.state }
    const asker = script.replies.get(reply)
    return after(answerTo({ ...turn, groups: found.groups }, found), (handled) => {
      const { form } = readMemory(handled.state)
      const isOn = form?.reply === reply && form.askedMs === readMemory(turn.state).form?.askedMs
      if (!isOn || isSilent(handled.state)) return handled
      return speak({ ...turn, state: handled.state }, asker === undefined ? [] : [asker], (voice) => {
        const offers = (isStuck(handled.state) ? rescueOf : offersOf)(script, voice.language, question)
        const asked = render(voice, [textItem(question.text)], offers)
        // Quick replies disappear when another message follows, so only the last message keeps them.
        const replies = handled.replies.map(({ message: { quick_replies: _gone, ...message }, ...rest }) => ({
          ...rest,
          message,
        }))
        return { ...handled, replies: [...replies, ...asked] }
      })
    })
  }

  return { answerTo, inForm }
}

/** Made at the first words to be matched: it takes time, and buttons do not need it. */
export const matcherOf = (script: Script) => (): Matcher => {
  const matcher = MATCHERS.get(script) ?? createMatcher(script)
  MATCHERS.set(script, matcher)
  return matcher
}

const MATCHERS = new WeakMap<Script, Matcher>()

const textItem = (text: Localised<Template>): PlainItem => ({ kind: 'text', text })
