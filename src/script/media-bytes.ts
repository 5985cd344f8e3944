import type { MediaType } from '../messages.ts'

/** Bytes that are read of a file. */
export const HEAD_BYTES = 16

/** The type of a file by its first bytes. */
export interface Recognised {
  /** The usual name of the type. */
  name: string
  contentType: string
  /** The kinds of media that it can be sent as. */
  fits: readonly MediaType[]
}

/** The type of a file by its first bytes, not by its name; null where the bytes are not recognised. */
export const recognise = (head: Uint8Array): Recognised | null => {
  const text = Buffer.from(head).toString('latin1')
  return KNOWN.find(({ begins }) => begins.test(text)) ?? null
}

/** First bytes of the types that Messenger shows; bytes are read as Latin-1. */
const KNOWN: readonly (Recognised & { begins: RegExp })[] = [
  { name: 'a PNG', contentType: 'image/png', fits: ['image'], begins: /^\x89PNG/ },
  { name: 'a JPEG', contentType: 'image/jpeg', fits: ['image'], begins: /^\xff\xd8\xff/ },
  { name: 'a GIF', contentType: 'image/gif', fits: ['image'], begins: /^GIF8/ },
  { name: 'a WebP', contentType: 'image/webp', fits: ['image'], begins: /^RIFF[^]{4}WEBP/ },
  { name: 'a WAV', contentType: 'audio/wav', fits: ['audio'], begins: /^RIFF[^]{4}WAVE/ },
  {
    name: 'an MP3',
    contentType: 'audio/mpeg',
    fits: ['audio'],
    begins: /^(?:ID3|\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff])/,
  },
  { name: 'an AAC', contentType: 'audio/aac', fits: ['audio'], begins: /^(?:ADIF|\xff[\xf0\xf1\xf8\xf9])/ },
  { name: 'an Ogg', contentType: 'audio/ogg', fits: ['audio', 'video'], begins: /^OggS/ },
  { name: 'an M4A', contentType: 'audio/mp4', fits: ['audio'], begins: /^[^]{4}ftypM4A/ },
  {
    name: 'a QuickTime film',
    contentType: 'video/quicktime',
    fits: ['video'],
    begins: /^[^]{4}(?:ftypqt|moov|mdat|wide|free)/,
  },
  { name: 'a HEIC', contentType: 'image/heic', fits: [], begins: /^[^]{4}ftyp(?:hei[cfsx]|hev[cx]|mif1)/ },
  { name: 'an AVIF', contentType: 'image/avif', fits: [], begins: /^[^]{4}ftypavi[fs]/ },
  { name: 'an MP4', contentType: 'video/mp4', fits: ['video', 'audio'], begins: /^[^]{4}ftyp/ },
  { name: 'a WebM', contentType: 'video/webm', fits: ['video', 'audio'], begins: /^[^]E\xdf\xa3/ },
  { name: 'a PDF', contentType: 'application/pdf', fits: [], begins: /^%PDF/ },
]
