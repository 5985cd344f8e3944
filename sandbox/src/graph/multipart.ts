export interface SentFile {
  /** The name of its field in the form; several files may share one. */
  field: string
  name: string
  /** The content type that the sender gives; `text/plain` for a file without that header. */
  type: string
  bytes: Buffer
}

export interface Multipart {
  fields: [name: string, value: string][]
  files: SentFile[]
}

/**
 * Reads a multipart body as leniently as PHP does, because clients rely on it: the last boundary may be missing (Go's
 * paked/messenger never sends it), lines may end without a carriage return, and names may stand without quotes (C#).
 *
 * @returns the reason as a text if no part can be found
 */
export const parseMultipart = (bytes: Buffer, contentType: string): Multipart | string => {
  const boundary = parameterOf(contentType, 'boundary') ?? ''
  if (boundary === '') return 'The content type names no boundary; leave the header to the HTTP client'
  // One character for each byte, so that a place in the text is a place in the bytes.
  const text = bytes.toString('latin1')
  const line = boundary.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  const marks = new RegExp(String.raw`(?:^|\r?\n)--${line}(--)?[ \t]*(?=\r?\n|$)`, 'g')
  const form: Multipart = { fields: [], files: [] }
  let mark = marks.exec(text)
  if (!mark) return `The body has no line with the boundary ${boundary} of the content type`
  while (mark && mark[1] === undefined) {
    const from = mark.index + mark[0].length
    mark = marks.exec(text)
    addPart(form, bytes.subarray(from, mark?.index), text.slice(from, mark?.index))
  }
  return form
}

const addPart = (form: Multipart, bytes: Buffer, text: string): void => {
  const blank = /\r?\n\r?\n/.exec(text)
  const headers = bytes.subarray(0, blank?.index).toString('utf8').trim().split(/\r?\n/)
  const content = bytes.subarray(blank ? blank.index + blank[0].length : bytes.length)
  const disposition = headerIn(headers, 'content-disposition') ?? ''
  const field = parameterOf(disposition, 'name')
  const name = parameterOf(disposition, 'filename')
  if (field === undefined) return
  if (name === undefined) form.fields.push([field, content.toString('utf8')])
  // Without a name and content it is a form's field for a file in which no file was chosen.
  else if (name !== '' || content.length > 0) {
    const type = (headerIn(headers, 'content-type') ?? 'text/plain').toLowerCase()
    form.files.push({ field, name, type, bytes: content })
  }
}

const headerIn = (headers: readonly string[], name: string): string | undefined =>
  headers
    .find((header) => header.toLowerCase().startsWith(`${name}:`))
    ?.slice(name.length + 1)
    .trim()

/** A parameter of a header, in quotes or without. Browsers write a quote in a name as `%22`, other clients as `\"`. */
const parameterOf = (header: string, name: string): string | undefined => {
  const all = header.matchAll(/;\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))/g)
  const [, , quoted, bare] = [...all].find(([, key]) => key?.toLowerCase() === name) ?? []
  return quoted?.replace(/\\(["\\])/g, '$1').replaceAll('%22', '"') ?? bare
}
