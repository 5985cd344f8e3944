import { parseScript } from '../../src/script/parse.ts'
import { ScriptError, type Mistake } from '../../src/script/mistakes.ts'
import type { Script } from '../../src/script/types.ts'

/** The script of the contract, section 6, word for word. */
export const CONTRACT = `
profile:                      # pushed to the Messenger Profile API at bootstrap and when it differs
  greeting: Hi {{user_first_name}}! Ask me anything.
  get_started: welcome
  ice_breakers: [{ question: When are you open?, reply: hours }]
  menu: [{ title: Opening hours, reply: hours }, { title: Website, url: "https://example.com" }]
replies:
  welcome:
    say: Hi! I am the automated assistant of {{page_name}}.
    choices: [hours, human]   # quick replies, titled by those replies' own \`title\`
  hours:
    title: Opening hours
    when: [opening hours, when are you open, closing time]    # phrases, matched with tolerance for typos
    say: [We are open Monday to Friday., From 9 to 18.]        # several messages, sent in this order
  order:
    when: /order\\s+(?<number>\\d+)/i
    say: Order {{number}} is on its way.
  human:
    title: Talk to a person
    when: [human, person, agent]
    say: A person will answer you here.
    do: handover              # the bot stays silent in this conversation until it is handed back
fallback:
  say: I did not get that.
  choices: [hours, human]
`

export const parse = (content: string | Uint8Array): Script =>
  parseScript(content, { file: 'bot.yaml', variables: ['page_name'] })

/** The mistakes of a script; none for a right one. */
export const mistakesOf = (content: string | Uint8Array): readonly Mistake[] => {
  try {
    parse(content)
    return []
  } catch (error) {
    if (error instanceof ScriptError) return error.mistakes
    throw error
  }
}

/** A script with one mistake, marked by a caret: the script without the mark, and the place. */
export const atCaret = (marked: string): { script: string; line: number; column: number } => {
  const offset = marked.indexOf('‸')
  const before = marked.slice(0, offset)
  return {
    script: marked.replace('‸', ''),
    line: before.split('\n').length,
    column: offset - before.lastIndexOf('\n'),
  }
}
