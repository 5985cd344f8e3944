import type { Readable } from 'node:stream'

/** Reads until the words were said; the end of the stream is no answer. */
export const readUntil = async (stream: Readable, words: RegExp): Promise<string> => {
  let said = ''
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    said += String(chunk)
    if (words.test(said)) break
  }
  stream.resume()
  return said
}
