import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { changeReply, replyForm, type ReplyForm } from '../../src/editing/reply-form.ts'
import { parseScript } from '../../src/script/parse.ts'

const ROOT = join(import.meta.dirname, '../..')
export const SCRIPTS = [
  'bot.example.yaml',
  ...readdirSync(join(ROOT, 'docs/cookbook'))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join('docs/cookbook', name)),
].map((name) => ({ name, text: readFileSync(join(ROOT, name), 'utf8') }))

export const SCRIPT = `# What we say.
replies:
  hours:            # the shop's
    title: Opening hours
    when: [opening hours, "when: open?", /o\\s+h/i, { sticker: like }]   # asked daily
    say:
      - From 9 to 18.   # in winter

      # The long one.
      - |
        On Sundays
        we are closed.
      - text: Come in
        buttons:
          - { title: Map, url: 'https://example.com/map' }   # the map
          - title: Track
            reply: order
    choices: [order]

  order:
    title: { en: Track, de: Verfolgen }
    when:
      - where is my order   # all day
      - track
    say: { en: On its way., de: Unterwegs. }
  one: { title: One, when: hello, say: Hi. }
  cards:
    say:
      cards:
        - title: Mug
          subtitle: Blue
          buttons: [{ title: Hours, reply: hours }, { title: Call, call: +49 30 1234567 }]
        - { title: Scarf, subtitle: Red }
  quiet:
    say:
      - if: { visit: first }
        say: Welcome.
        else: [Back again?, Nice.]
      - any: [One., Two.]
  form:
    ask:
      - question: How many?
        remember: count
        as: number
        retry: A number, please.
      - { question: Which?, remember: which, one_of: [Mug, { title: Big, value: big }] }
    next: hours
fallback:
  say: Pardon?
  choices: [hours]
# The end.
`

export const fieldsOf = ({ groups }: ReplyForm) => groups.flatMap(({ fields }) => fields)
export const valuesOf = (text: string, name: string | null) =>
  Object.fromEntries(fieldsOf(replyForm(text, name)).map(({ id, value }) => [id, value]))
export const fill = (name: string | null, values: Record<string, string>, text = SCRIPT) =>
  changeReply(text, name, { filled: new Map(Object.entries(values)), draft: null })
export const read = (text: string) => parseScript(text, { file: 'bot.yaml', variables: [] })

export const readSample = (text: string) =>
  parseScript(text, { file: 'bot.yaml', variables: ['page_name', 'first_name', 'last_name', 'name'] }).replies
