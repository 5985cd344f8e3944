import { Transform } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

/** Stands for a line end inside a paste: a sign that no keyboard sends, and that ends no prompt. */
export const PASTED_LINE_END = '\u0085'

/** Asks the terminal to mark what is pasted; terminals that cannot do it ignore this. */
export const PASTE_MARKS_ON = '\u001B[?2004h'
export const PASTE_MARKS_OFF = '\u001B[?2004l'

/**
 * The keys of a terminal, where only a typed Enter ends a line: terminals and mails break a long token into lines, and its
 * first line end would otherwise send the first part. A paste is known by its marks or, where the terminal sets none, by
 * more text after a line end in the same chunk. Line ends inside it become {@link PASTED_LINE_END}.
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

/** Some terminals turn a line end of Windows into two: where every one is double, each stands for one. */
const lines = (text: string): string => {
  const ends = text.match(/[\r\n]+/g) ?? []
  const areDouble = ends.length > 1 && ends.every((end) => end === '\r\r')
  return text.replaceAll(areDouble ? '\r\r' : LINE_END, PASTED_LINE_END)
}
