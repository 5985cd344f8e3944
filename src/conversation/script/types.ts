import type { JsonObject } from '../../json.ts'
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
}

/** What the bot says at once, and what it does then. */
export interface Answer {
  say: readonly SayItem[]
  /** Names of replies, offered as quick replies under the last message. */
  choices: readonly string[]
  /** Whether the bot leaves the conversation to a person afterwards. */
  handover: boolean
}

export interface NamedAnswer extends Answer {
  /** Its key in the script, and its payload on the wire. */
  name: string
  /** What its button says; null when it is offered nowhere. */
  title: string | null
  phrases: readonly string[]
  patterns: readonly Pattern[]
}

export type SayItem =
  | { kind: 'text'; text: Template }
  | { kind: 'media'; type: MediaType; url: Template }
  | { kind: 'buttons'; text: Template; buttons: readonly Button[] }
  | { kind: 'cards'; cards: readonly Card[] }
  /** The payload of a template message, sent as it stands. */
  | { kind: 'template'; payload: JsonObject }

export const MEDIA_TYPES = ['image', 'audio', 'video', 'file'] as const
export type MediaType = (typeof MEDIA_TYPES)[number]

export type Button = { title: string; reply: string } | { title: string; url: Template }

export interface Card {
  title: Template
  subtitle: Template | null
  image: Template | null
  buttons: readonly Button[]
}

/** What the Messenger Profile API is told (reference G). */
export interface Profile {
  greeting: string | null
  getStarted: string | null
  iceBreakers: readonly { question: string; reply: string }[]
  menu: readonly MenuItem[]
}

export type MenuItem = { title: string; reply: string } | { title: string; url: string }
