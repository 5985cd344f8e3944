import { quoted } from './mistakes.ts'

/** The script's key for a word of other products or of the Send API. */
export const otherWord = (key: string, what: string, known: readonly string[]): string | null => {
  if (what === 'the fallback' && key === 'when')
    return 'The fallback is said where nothing fits, so it has no "when".'
  if (what.startsWith('a message with') && key === 'text')
    return 'A text and a file are two messages: two items of the list, each after "- ".'
  if (what === 'the script' && SECTION.test(key)) return 'Did you mean "replies"?'
  const own = OTHER_WORDS.get(key)
  // A text with buttons is another kind of message.
  const fits = own !== undefined && (known.includes(own) || (own === 'buttons' && known.includes('text')))
  return fits ? `Did you mean ${quoted(own)}?` : null
}

/** Words for the section with the replies. */
const SECTION = /^(?:reply|answers?|responses?|messages?|intents?)$/i

const OTHER_WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    when: 'keyword keywords phrase phrases trigger triggers pattern patterns intent',
    say: 'answer message messages respond response responses text',
    choices: 'quick_reply quick_replies quickreplies suggestions',
    buttons: 'button',
    reply: 'payload postback goto target',
    url: 'href link web_url website',
    call: 'phone phone_number tel telephone',
    image: 'image_url img photo picture',
    title: 'caption label name',
    as: 'type kind validate',
    one_of: 'choices options values',
    remember: 'save save_as store variable',
    time_zone: 'timezone tz zone',
  }).flatMap(([own, others]) => others.split(' ').map((other): [string, string] => [other, own])),
)
