import type { JsonObject } from '../base/json.ts'
import type { MediaType } from '../messages.ts'
import type { Hours } from './hours.ts'
import type { Localised } from './localised.ts'
import type { Pattern } from './pattern.ts'
import type { Template } from './template.ts'

/** What the bot says: a `bot.yaml` that was read and found right. Immutable; a changed file makes a new one. */
export interface Script {
  /** Null when the script says nothing about the Page's profile: then the profile is left alone. */
  profile: Profile | null
  /** In the order of the file, which decides between answers that fit equally well. */
  replies: ReadonlyMap<string, NamedAnswer>
  fallback: Answer
  /** Whether the typing bubble is shown between the messages of one answer. */
  typing: boolean
  /** Whether a visitor's message is marked as seen when it is taken up. */
  seen: boolean
  /** The language of texts that stand in no language of their own, and of visitors of whose language nothing is known. */
  language: string
  /** All it has texts in, `language` among them. */
  languages: readonly string[]
  handover: Handover
  /** Said to a visitor whose answer takes this long. */
  waiting: ByItself
  /** Says that visitors talk to a machine, again after a pause as long as this; null when the script has it elsewhere. */
  disclosure: ByItself | null
  /** Null when it says nothing of opening hours. */
  hours: Hours | null
  words: Words
  /** Whether any condition asks for the visit: then visits are counted. */
  countsVisits: boolean
  /** Asked where the script has no answer; null where it names none. */
  assistant: Assistant | null
  /** Files of Pages that have a script of their own, by the Page's id; paths from the folder of this script. */
  pages: ReadonlyMap<string, string>
}

/** A message that the bot sends unasked, and when. */
export interface ByItself {
  afterMs: number
  answer: Answer
}

/** How the bot comes back to a conversation that it left to a person. */
export interface Handover {
  /**
   * Silence ends by itself this long after the person's last word; null for the usual. `never`: who asked for a person
   * waits until the conversation is handed back.
   */
  resumeAfter: number | 'never' | null
  /** Whether an operator may answer for 7 days instead of 24 hours, by Facebook's tag `HUMAN_AGENT`. */
  humanAgent: boolean
  /** Said when the bot comes back. */
  back: readonly SayItem[]
}

/** A language model that is asked where the script has no answer. */
export interface Assistant {
  /** The address of an OpenAI-compatible server, up to and with its version: `https://api.openai.com/v1`. */
  url: string
  model: string
  /** The replies whose texts it may use; null for all. */
  about: readonly string[] | null
  /** The visitor gets the fallback after this long. */
  withinMs: number
  /** Questions a day, of all visitors of the script's Pages together. */
  aDay: number
  /** Stands below each of its answers. */
  mark: Localised<string>
}

/** The bot's own words, said around those of the script. */
export interface Words {
  /** The button that ends a form, and what visitors may write instead of tapping it. */
  cancel: Localised<string>
  cancelWords: readonly string[]
  cancelled: Localised<Template>
  /** The button under that, where the visitor's word may have been the answer. */
  meant: Localised<string>
  /** The button that shows the next choices, and what is said above them. */
  more: Localised<string>
  moreSay: Localised<Template>
  /** Said to an answer that does not fit, by the kind of the question. */
  notText: Localised<Template>
  notNumber: Localised<Template>
  notEmail: Localised<Template>
  notPhone: Localised<Template>
  notDate: Localised<Template>
  notChoice: Localised<Template>
  /** Said before the question in other words, when an answer did not fit for the second time. */
  again: Localised<Template>
  /** Said from the third time on, above the way out. */
  stuck: Localised<Template>
}

/** What the bot says at once, and what it does then. */
export interface Answer {
  say: readonly SayItem[]
  /** Names of replies, offered as quick replies under the last message. */
  choices: readonly string[]
  /** Questions to be asked one after the other. */
  form: Form | null
  /** Whether the bot leaves the conversation to a person afterwards. */
  handover: boolean
}

export interface NamedAnswer extends Answer {
  /** Its key in the script, and its payload on the wire. */
  name: string
  /** What its button says; null when it is offered nowhere. */
  title: Localised<string> | null
  phrases: readonly string[]
  patterns: readonly Pattern[]
  signs: readonly Sign[]
}

/** What a visitor does, other than to write, that a reply answers. `is` null stands for any. */
export interface Sign {
  kind: (typeof SIGN_KINDS)[number]
  is: string | null
}

export const SIGN_KINDS = ['ref', 'ad', 'sticker', 'attachment', 'reaction'] as const

export type SayItem =
  | { kind: 'text'; text: Localised<Template> }
  | {
      kind: 'media'
      type: MediaType
      /** A web address, or a file beside the script. */
      from: Localised<Template>
      buttons: readonly Button[]
      /** Whether Facebook is to fetch it each time. */
      fresh: boolean
    }
  | { kind: 'buttons'; text: Localised<Template>; buttons: readonly Button[] }
  | { kind: 'cards'; cards: readonly Card[] }
  | { kind: 'receipt'; receipt: Receipt }
  | { kind: 'coupon'; coupon: Coupon }
  /** The payload of a template message; its texts may hold variables. */
  | { kind: 'template'; payload: JsonObject }
  /** The typing bubble for this long before the next message. */
  | { kind: 'pause'; ms: number }
  /** One of them, each in its turn. */
  | { kind: 'any'; of: readonly SayItem[] }
  | { kind: 'if'; condition: Condition; holding: readonly SayItem[]; otherwise: readonly SayItem[] }
  /** The rest of the answer is that reply's. */
  | { kind: 'go'; reply: string }

export type Button = { title: Localised<string> } &
  /** `with`: answers for the questions of that reply, by the names they are remembered under. */
  (
    | { reply: string; with?: Readonly<Record<string, string>> | null }
    | { url: Template }
    /** A phone number like `+15551234567`. */
    | { call: string }
  )

export interface Card {
  title: Localised<Template>
  subtitle: Localised<Template> | null
  image: Template | null
  buttons: readonly Button[]
}

/** Amounts are numbers, or variables that stand for some. */
export interface Receipt {
  number: Template
  name: Template
  currency: string
  payment: Localised<Template>
  items: readonly ReceiptLine[] | null
  discounts: readonly { name: Localised<Template>; amount: Template }[] | null
  subtotal: Template | null
  shipping: Template | null
  tax: Template | null
  total: Template
  address:
    | (Record<'street' | 'city' | 'postal_code' | 'state' | 'country', Template> & {
        street_2: Template | null
      })
    | null
  merchant: Template | null
  url: Template | null
  date: Template | null
}

export interface ReceiptLine {
  title: Localised<Template>
  subtitle: Localised<Template> | null
  quantity: Template | null
  price: Template
  image: Template | null
}

export interface Coupon {
  title: Localised<Template>
  subtitle: Localised<Template> | null
  code: Template | null
  url: Template | null
  button: Localised<string> | null
  before: Localised<Template> | null
  image: Template | null
}

/** Holds when all of it holds; null and empty parts ask for nothing. */
export interface Condition {
  visit: 'first' | 'returning' | null
  open: boolean | null
  languages: readonly string[]
  /** Names under which something is remembered, and under which nothing is. */
  known: readonly string[]
  unknown: readonly string[]
  /** What is remembered under a name is one of these. */
  remembered: ReadonlyMap<string, readonly string[]>
}

export interface Form {
  questions: readonly Question[]
  /** The reply that follows the last answer. */
  next: string
  /** Where the answers go together, besides being remembered: kept for export, or to an address, too. */
  answers: { kept: boolean; url: string | null }
}

export interface Question {
  text: Localised<Template>
  /** The name under which its answer is remembered. */
  remember: string
  kind: QuestionKind
  least: number | null
  most: number | null
  /** For `choice` alone. */
  options: readonly Option[]
  /** Said instead of the usual words when an answer does not fit. */
  retry: Localised<Template> | null
}

export const QUESTION_KINDS = ['text', 'number', 'email', 'phone', 'date'] as const
export type QuestionKind = (typeof QUESTION_KINDS)[number] | 'choice'

export interface Option {
  title: Localised<string>
  /** What is remembered when it is chosen. */
  value: string
}

/** What the Messenger Profile API is told (docs/messenger-platform.md#g). */
export interface Profile {
  greeting: Localised<string> | null
  getStarted: string | null
  iceBreakers: readonly { question: Localised<string>; reply: string }[]
  menu: readonly MenuItem[]
  commands: readonly ScriptCommand[]
}

export type MenuItem = { title: Localised<string>; reply: string } | { title: Localised<string>; url: string }

export interface ScriptCommand {
  /** Without the slash that visitors type before it. */
  name: string
  description: Localised<string>
  reply: string
}
