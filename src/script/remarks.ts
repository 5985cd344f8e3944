import { isAlias, isMap, isScalar, isSeq, visit, type Node, type Pair, type Scalar, type YAMLSeq } from 'yaml'
import { showsNothing } from './look-alikes.ts'
import { quoted } from './mistakes.ts'
import { remarksOnReplies } from './remarks-on-replies.ts'
import { nodeText } from './nodes.ts'
import { openSource, type Source } from './source.ts'

/** A place of a correct script that may not be what its writer meant. */
export interface Remark {
  /** From 1. */
  line: number
  /** From 1, in characters of the line. */
  column: number
  /** Whole sentences: the meaning of the text, and how to write the other one. */
  says: string
}

/**
 * Finds places of a correct script that few people would mean, such as half a text because the other half is a comment.
 *
 * @param content - a script without mistakes
 * @throws ScriptError as `parseScript`
 */
export const remarksOn = (content: string | Uint8Array, file: string): Remark[] => {
  const source = openSource(content, file)
  const found: { offset: number; says: string }[] = []
  const marks = new Set([...source.aliases.keys()].map((alias) => (isAlias(alias) ? alias.source : '')))
  const named = new Set<string>()

  const look = (node: Node, key: string | null, list: YAMLSeq | null): void => {
    const [offset] = node.range ?? [0]
    const remark = (says: string | null): void => {
      if (says !== null) found.push({ offset, says })
    }
    if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor && !marks.has(node.anchor))
      remark(unusedMark(node.anchor))
    if (!isScalar(node)) return
    // A reply may have the name 1 or true.
    if (NAMING.has(key ?? '')) named.add(nodeText(node) ?? '')
    if (typeof node.value !== 'string') return
    const text = node.value
    if (key === 'time_zone') remark(aboutZone(text))
    if (node.type === 'PLAIN') {
      remark(aboutComment(node, source))
      remark(aboutLines(node, source))
    }
    if (MEDIA.has(key ?? '')) remark(aboutAddress(text))
    if (MEDIA.has(key ?? '') || key === 'url') remark(aboutNetwork(text))
    if (key === 'when') {
      remark(aboutWildcard(text) ?? aboutVariable(text))
      if (node.type === 'PLAIN' && !text.startsWith('/'))
        remark(list === null ? aboutCommas(text) : aboutOtherCommas(text, list))
      return
    }
    if (node.type === 'PLAIN' || node.type === 'QUOTE_SINGLE') remark(aboutLineEnd(text))
    if (node.type === 'PLAIN') remark(aboutQuotes(text))
    remark(aboutHtml(text) ?? aboutMarkdown(text))
    remark(aboutBraces(text))
  }

  visit(source.root, {
    Node: (at, node, path) => {
      const parent = path.at(-1)
      // A key is no text for visitors, and the target of an alias was checked at its own place.
      if (at === 'key' || isAlias(node)) return
      const owner = isSeq(parent) ? path.at(-2) : parent
      look(node, keyOf(owner), isSeq(parent) ? parent : null)
    },
  })
  found.push(...remarksOnReplies(source, named))
  return found
    .toSorted((a, b) => a.offset - b.offset)
    .map(({ offset, says }) => {
      const { line, col } = source.lines.linePos(offset)
      return { line, column: col, says }
    })
}

/** Keys whose values name replies. */
const NAMING = new Set(['reply', 'choices', 'next', 'go', 'get_started', 'payload', 'about'])

const keyOf = (owner: unknown): string | null => {
  const key = owner !== null && typeof owner === 'object' && 'key' in owner ? (owner as Pair).key : null
  return isScalar(key) ? String(key.value) : null
}

const IN_QUOTES = 'If it belongs to the text, put the whole text in quotes.'

const unusedMark = (name: string): string => `"&${name}" is a mark for YAML and is not said. ${IN_QUOTES}`

/** A comment whose sign has a blank before it and no blank behind it: "We are #1". */
const aboutComment = ({ range }: Scalar, { text }: Source): string | null => {
  const [, end = 0] = range ?? []
  const comment = /^ (#[\p{L}\p{N}].*)/u.exec(text.slice(end, end + 500))?.[1]
  return comment === undefined
    ? null
    : `The text ends before ${quoted(comment)}, which is a comment. ${IN_QUOTES}`
}

/** Lines that look like items of a list and are joined to one text. */
const aboutLines = ({ range }: Scalar, { text }: Source): string | null => {
  const [start = 0, end = 0] = range ?? []
  return /\n[^\S\n]*(?:[•·▪●*–—-]|\d+[.)]\s)/u.test(text.slice(start, end))
    ? 'These lines are one text, joined with spaces. To keep the lines, write | behind the colon; an item of a list begins with "- ".'
    : null
}

const aboutCommas = (text: string): string | null => {
  const parts = text.split(/\s*[,;|，、،]\s*/u).filter((part) => !showsNothing(part))
  const isList = parts.length > 2 || (parts.length === 2 && parts.every((part) => !/\s\S+\s/.test(part)))
  return isList ? `This is one phrase. Several stand in brackets: ${quoted(`[${parts.join(', ')}]`)}.` : null
}

/** The commas of other writings separate no items in YAML. A sentence may have one. */
const aboutOtherCommas = (text: string, { flow, items }: YAMLSeq): string | null => {
  const parts = text.split(/\s*[、，،；؛]\s*/u).filter((part) => !showsNothing(part))
  const isList = parts.length > 2 || (parts.length === 2 && flow === true && items.length === 1)
  return isList
    ? `This is one phrase. Several have the comma "," between them: ${quoted(`[${parts.join(', ')}]`)}.`
    : null
}

/** Wildcards of other programs. */
const aboutWildcard = (text: string): string | null => {
  const elsewhere = 'What fits nothing else gets the "fallback".'
  if (/^[*%]+$|^\.\*$/.test(text))
    return `${quoted(text)} is what a visitor must write, and stands for nothing else. ${elsewhere}`
  return /^\/\^?\(?\.[*+]\??\)?\$?\/[imsu]*$/.test(text)
    ? `This pattern fits every message, so that no similar phrase is looked for. ${elsewhere}`
    : null
}

const MEDIA = new Set(['image', 'audio', 'video', 'file'])

/** Share links of file services lead to a page around the file; download links do not. */
const aboutAddress = (text: string): string | null =>
  /^https?:\/\/(?:(?:drive|docs|photos)\.google\.com(?!\/uc\?)|photos\.app\.goo\.gl|1drv\.ms|(?:www\.)?icloud\.com)\//i.test(
    text,
  ) || /^https?:\/\/(?:www\.)?dropbox\.com\/(?!.*[?&](?:raw|dl)=1)/i.test(text)
    ? 'This address leads to a page around the file, and Facebook wants the file itself. Put it beside the script and write its name here.'
    : null

/** Addresses that can be reached only in the writer's own network. */
const aboutNetwork = (text: string): string | null => {
  const host = URL.parse(text)?.hostname ?? ''
  return OWN_NETWORK.test(host)
    ? `Only your own network has the address ${quoted(host)}: Facebook and visitors cannot open it.`
    : null
}

const OWN_NETWORK =
  /^(?:localhost|127\..*|10\.\d+\.\d+\.\d+|192\.168\..*|172\.(?:1[6-9]|2\d|3[01])\..*|\[::1\]|.*\.(?:local|lan|internal|localhost))$/

const aboutVariable = (text: string): string | null =>
  text.includes('{{') && !text.startsWith('/')
    ? 'A phrase has no variables: a visitor must write it as it stands. A pattern catches words, such as /order (?<number>\\d+)/i.'
    : null

/** Variables in the syntax of other programs. */
const aboutBraces = (text: string): string | null => {
  const name = '((?:user_)?(?:first|last|full)_?name|page_name)'
  const [written, ...names] =
    new RegExp(`(?<!\\{)\\$?\\{\\s*${name}\\s*\\}(?!\\})|%${name}%|\\[${name}\\]|<${name}>`, 'i').exec(
      text,
    ) ?? []
  const meant = names.find((one) => one !== undefined)
  return written === undefined || meant === undefined
    ? null
    : `${quoted(written)} is said as it stands. A variable stands in two braces: {{${meant}}}.`
}

const aboutLineEnd = (text: string): string | null =>
  text.includes('\\n') && !text.startsWith('/')
    ? '"\\n" is said as it stands. A line ends by it in double quotes alone; or write the lines below |.'
    : null

const aboutQuotes = (text: string): string | null =>
  /^[“„«‘].*[”“»’]$/su.test(text)
    ? 'The typographic quotation marks around this text are said, too. The quotes of YAML are \' and ".'
    : null

const aboutHtml = (text: string): string | null => {
  const [tag] =
    /<\/?(?:a|b|br|div|em|h\d|i|li|p|span|strong|u|ul)(?:\s[^<>]*)?\/?>|&(?:amp|nbsp|quot|#\d+);/i.exec(
      text,
    ) ?? []
  return tag === undefined ? null : `${quoted(tag)} is shown as it stands: Messenger knows no HTML.`
}

const aboutMarkdown = (text: string): string | null => {
  const [mark] = /\*\*[^\s*](?:[^*]*[^\s*])?\*\*|\[[^\]]+\]\(https?:[^\s)]+\)/.exec(text) ?? []
  return mark === undefined ? null : `${quoted(mark)} is shown as it stands: Messenger knows no Markdown.`
}

/** Zone names that people take for the time of a region with summer time. */
const CITIES: Record<string, string> = { EST: 'America/New_York', MST: 'America/Denver' }

const aboutZone = (zone: string): string | null => {
  const city = CITIES[zone.toUpperCase()]
  if (city !== undefined) return `${zone} has no summer time. The time of the region is ${city}.`
  const [, sign] = /^Etc\/GMT([+-])[1-9]/i.exec(zone) ?? []
  return sign === undefined
    ? null
    : `${zone} is ${sign === '+' ? 'behind' : 'ahead of'} Greenwich, and has no summer time. Name a city, such as Europe/Berlin.`
}
