import type { Attachment } from '../world.ts'
import type { SentFile } from './multipart.ts'
import { badParameter, missingParameter } from './failure.ts'
import { asText, type Params } from './params.ts'
import { SEND } from './shapes.ts'
import { isAddress, readObject } from './value-rules.ts'

export const MEDIA = ['image', 'audio', 'video', 'file']

/** 25 MB, as docs/messenger-platform.md#f6 has it. */
const LARGEST_BYTES = 25 * 1024 * 1024

/** The field of a form in which a file is sent. */
export const UPLOAD_FIELD = 'filedata'

export interface MediaSources {
  uploads: readonly SentFile[]
  attachment: (id: string) => Attachment | undefined
}

/** Checks the source of an attachment: an address, the id of an earlier upload, or a file in the call. */
export const checkMedia = (
  { type, payload, name }: { type: string; payload: unknown; name: string },
  around: MediaSources,
): { url: string; upload: null } | { url: null; upload: SentFile } => {
  const facts: Params = payload === undefined ? {} : readObject(payload, name, SEND.media)
  const { url, attachment_id: id } = facts
  if (id !== undefined) {
    const kept = around.attachment(asText(id))
    if (!kept || kept.type !== type) throw badParameter('Invalid attachment id', 2018074)
    return { url: kept.url, upload: null }
  }
  const [upload, ...others] = around.uploads
  if (url === undefined && upload && others.length === 0) {
    checkFile(type, upload)
    return { url: null, upload }
  }
  if (payload === undefined && !upload) throw missingParameter(name)
  if (url === undefined) {
    throw badParameter('Incorrect number of files uploaded. Must upload exactly one file.', 2018005)
  }
  if (!isAddress(url)) throw badParameter('Failed to fetch the file from the url', 2018008)
  return { url, upload: null }
}

export const uploadsOf = (files: readonly SentFile[]): SentFile[] =>
  files.filter(({ field }) => field === UPLOAD_FIELD)

const checkFile = (type: string, { type: said, bytes }: SentFile): void => {
  if (bytes.length > LARGEST_BYTES) throw badParameter('Attachment size exceeds allowable limit', 2018109)
  const fits = type === 'file' ? said !== '' : said.startsWith(`${type}/`)
  if (!fits || bytes.length === 0) {
    throw badParameter('Upload attachment failure.', 2018047)
  }
}
