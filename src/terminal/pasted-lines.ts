import { Transform } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

/** Replaces a line end inside a paste: a character that no keyboard sends and that does not end a prompt. */
export const PASTED_LINE_END = '\u0085'

/** Asks the terminal to mark pastes (bracketed paste); terminals without it ignore this. */
export const PASTE_MARKS_ON = '\u001B[?2004h'
export const PASTE_MARKS_OFF = '\u001B[?2004l'

/**
 * Passes on the keys of a terminal so that only a typed Enter ends a line. Terminals and mails break a long token into lines, and
 * the first line end in a paste would otherwise send only a part of it. A paste is recognised by its marks or, without marks, by
 * text after a line end in the same chunk. Line ends inside a paste become {@link PASTED_LINE_END}.
 */
export const createPastedLines = (): Transform => {
  const decoder = new StringDecoder('utf8')
  let isPasting = false
  let cut = ''
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      const text = cut + decoder.write(chunk)
      cut = CUT_MARK.exec(text)?.[0] ?? ''
      let keys = ''
      for (const part of text.slice(0, text.length - cut.length).split(MARK)) {
        if (part === START || part === END) isPasting = part === START
        else keys += isPasting ? lines(part) : typed(part)
      }
      done(null, keys === '' ? undefined : keys)
    },
  })
}

/** The text of a paste that {@link createPastedLines} has passed on, with its line ends. */
export const withLineEnds = (pasted: string): string => pasted.replaceAll(PASTED_LINE_END, '\n')

const START = '\u001B[200~'
const END = '\u001B[201~'
// oxlint-disable-next-line no-control-regex -- the marks begin with the escape character
const MARK = /(\u001B\[20[01]~)/
/** The beginning of a mark at the end of a chunk. A lone escape character is a key. */
// oxlint-disable-next-line no-control-regex -- a mark that is cut begins with the escape character, too
const CUT_MARK = /\u001B\[(?:2(?:0[01]?)?)?$/
const LINE_END = /\r\n|\r|\n/g

const typed = (text: string): string => {
  const [, before = '', end = ''] = /^([^]*?)([\r\n]*)$/.exec(text) ?? []
  return lines(before) + (end === '' ? '' : '\r')
}

/** Some terminals turn a Windows line end into two. If every line end is double, each pair counts as one. */
const lines = (text: string): string => {
  const ends = text.match(/[\r\n]+/g) ?? []
  const areDouble = ends.length > 1 && ends.every((end) => end === '\r\r')
  return text.replaceAll(areDouble ? '\r\r' : LINE_END, PASTED_LINE_END)
}
