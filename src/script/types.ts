import type { JsonObject } from '../base/json.ts'
import type { MediaType } from '../messages.ts'
import type { Hours } from './hours.ts'
import type { Localised } from './localised.ts'
import type { Pattern } from './pattern.ts'
import type { Template } from './template.ts'

/** The bot's texts and settings: a `bot.yaml` that was read without mistakes. Immutable; a changed file makes a new one. */
export interface Script {
  /** Null when the script has no profile: then the Page's profile is left alone. */
  profile: Profile | null
  /** In the order of the file, which decides between equally similar replies. */
  replies: ReadonlyMap<string, NamedAnswer>
  fallback: Answer
  /** Whether the typing bubble is shown between the messages of one answer. */
  typing: boolean
  /** Whether a visitor's message is marked as seen when its handling begins. */
  seen: boolean
  /** The language of texts without a language, and of visitors whose language is not known. */
  language: string
  /** All languages of its texts, `language` among them. */
  languages: readonly string[]
  handover: Handover
  /** The please-wait message, and after how long it is sent. */
  waiting: ByItself
  /** The disclosure that a machine is talking, repeated after a pause of `afterMs`; null when the script says it elsewhere. */
  disclosure: ByItself | null
  /** Null without opening hours. */
  hours: Hours | null
  words: Words
  /** Whether any condition asks for the visit; only then visits are counted. */
  countsVisits: boolean
  /** The language model for words without a reply; null for none. */
  assistant: Assistant | null
  /** Files of Pages with a script of their own, by Page id; paths from the folder of this script. */
  pages: ReadonlyMap<string, string>
}

/** A message that the bot sends unasked, and when. */
export interface ByItself {
  afterMs: number
  answer: Answer
}

/** How the bot returns to a conversation that it left to a person. */
export interface Handover {
  /**
   * Silence ends this long after the person's last word; null for the default. `never`: a visitor who asked for a person waits until the
   * conversation is handed back.
   */
  resumeAfter: number | 'never' | null
  /** Whether an operator may answer for 7 days instead of 24 hours, by Facebook's tag `HUMAN_AGENT`. */
  humanAgent: boolean
  /** The message when the bot returns. */
  back: readonly SayItem[]
}

/** The language model for words that the script has no reply to. */
export interface Assistant {
  /** The address of an OpenAI-compatible server, up to and with its version: `https://api.openai.com/v1`. */
  url: string
  model: string
  /** The replies whose texts the model may use; null for all. */
  about: readonly string[] | null
  /** After this long the visitor gets the fallback. */
  withinMs: number
  /** Questions a day, for all visitors of the script's Pages together. */
  aDay: number
  /** The text below each of its answers. */
  mark: Localised<string>
}

/** The bot's own words around those of the script. */
export interface Words {
  /** The button that ends a form, and words that visitors may write instead. */
  cancel: Localised<string>
  cancelWords: readonly string[]
  cancelled: Localised<Template>
  /** The button below that, for a word that may have been the answer. */
  meant: Localised<string>
  /** The button for the next choices, and the text above them. */
  more: Localised<string>
  moreSay: Localised<Template>
  /** The text after an answer that does not fit, by the kind of the question. */
  notText: Localised<Template>
  notNumber: Localised<Template>
  notEmail: Localised<Template>
  notPhone: Localised<Template>
  notDate: Localised<Template>
  notChoice: Localised<Template>
  /** The text before an earlier answer that the visitor has corrected. */
  corrected: Localised<Template>
  /** The text before the repeated question, after the second wrong answer in a row. */
  again: Localised<Template>
  /** The text from the third time on, above the way out. */
  stuck: Localised<Template>
}

/** The messages of a reply, and the steps after them. */
export interface Answer {
  say: readonly SayItem[]
  /** Names of replies, offered as quick replies under the last message. */
  choices: readonly string[]
  /** Questions asked one after the other. */
  form: Form | null
  /** Whether the bot then leaves the conversation to a person. */
  handover: boolean
}

export interface NamedAnswer extends Answer {
  /** Its key in the script, and its payload on the wire. */
  name: string
  /** The text of its button; null when it is offered nowhere. */
  title: Localised<string> | null
  phrases: readonly string[]
  patterns: readonly Pattern[]
  signs: readonly Sign[]
}

/** An action of a visitor, other than writing, that a reply answers. `is` null stands for any. */
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
      /** Whether Facebook fetches it for each message. */
      fresh: boolean
    }
  | { kind: 'buttons'; text: Localised<Template>; buttons: readonly Button[] }
  | { kind: 'cards'; cards: readonly Card[] }
  | { kind: 'receipt'; receipt: Receipt }
  | { kind: 'coupon'; coupon: Coupon }
  /** The payload of a template message; its texts may have variables. */
  | { kind: 'template'; payload: JsonObject }
  /** The typing bubble for this long before the next message. */
  | { kind: 'pause'; ms: number }
  /** Alternatives, said in turn. */
  | { kind: 'any'; of: readonly SayItem[] }
  | { kind: 'if'; condition: Condition; holding: readonly SayItem[]; otherwise: readonly SayItem[] }
  /** That reply continues the answer. */
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

/** Amounts are numbers, or variables with numbers as values. */
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

/** Holds when all parts hold; null and empty parts always hold. */
export interface Condition {
  visit: 'first' | 'returning' | null
  open: boolean | null
  languages: readonly string[]
  /** Names with a remembered answer, and names without one. */
  known: readonly string[]
  unknown: readonly string[]
  /** The remembered answer is one of these, by name. */
  remembered: ReadonlyMap<string, readonly string[]>
}

export interface Form {
  questions: readonly Question[]
  /** The reply that follows the last answer. */
  next: string
  /** Where the complete answers go, besides being remembered: kept for export, or also sent to an address. */
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
  /** Replaces the usual words when an answer does not fit. */
  retry: Localised<Template> | null
}

export const QUESTION_KINDS = ['text', 'number', 'email', 'phone', 'date'] as const
export type QuestionKind = (typeof QUESTION_KINDS)[number] | 'choice'

export interface Option {
  title: Localised<string>
  /** The remembered value of the choice. */
  value: string
}

/** The data for the Messenger Profile API (docs/messenger-platform.md#g). */
export interface Profile {
  greeting: Localised<string> | null
  getStarted: string | null
  iceBreakers: readonly { question: Localised<string>; reply: string }[]
  menu: readonly MenuItem[]
  commands: readonly ScriptCommand[]
}

export type MenuItem = { title: Localised<string>; reply: string } | { title: Localised<string>; url: string }

export interface ScriptCommand {
  /** Without the leading slash. */
  name: string
  description: Localised<string>
  reply: string
}
