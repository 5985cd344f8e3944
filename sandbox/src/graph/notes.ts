import { asText, type Params } from './params.ts'

/** What `debug` adds to an answer, as Graph's debug mode words it. */
export interface Note {
  message: string
  type: 'info' | 'warning'
}

/** Fields of a person that a permission opens; without it they are left out of the answer. */
const NEEDED: Record<string, string> = {
  birthday: 'user_birthday',
  email: 'email',
  friends: 'user_friends',
  gender: 'pages_user_gender',
  hometown: 'user_hometown',
  likes: 'user_likes',
  locale: 'pages_user_locale',
  location: 'user_location',
  photos: 'user_photos',
  posts: 'user_posts',
  timezone: 'pages_user_timezone',
  videos: 'user_videos',
}

/** Why a field that was asked for is not in the answer. */
export const noteOfAbsence = (field: string, nodeType: string): Note => {
  const permission = nodeType === 'User' && Object.hasOwn(NEEDED, field) ? NEEDED[field] : undefined
  if (permission === undefined) {
    return { message: `Field ${field} on ${nodeType} has no value in the sandbox`, type: 'info' }
  }
  return {
    message: `Field ${field} is only accessible on User object, if ${permission} permission is granted by the user`,
    type: 'warning',
  }
}

/** `debug=warning` leaves out what is only info; any other value of `debug` is none. */
export const toldNotes = (params: Params, notes: readonly Note[]): { __debug__?: object } => {
  const level = asText(params['debug'])
  if (!/^(all|info|warning)$/.test(level)) return {}
  return { __debug__: { messages: notes.filter(({ type }) => type === 'warning' || level !== 'warning') } }
}
