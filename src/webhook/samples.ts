import type { JsonObject } from '../base/json.ts'
import { idOf, objectOf } from './read.ts'

/**
 * An id of zeros, which no Page has: the App Dashboard's "Test" button sends it as the entry's id (docs/messenger-platform.md,
 * M).
 */
const NO_PAGE = /^0*$/
/** The ids in the App Dashboard's samples whose entry names a real Page. */
const INVENTED = { sender: '12334', recipient: '23245', mid: 'test_message_id' }

/** Whether an item is a sample that the App Dashboard's "Test" sent: no visitor wrote it, and no Page can answer it. */
export const isSample = (pageId: string, item: JsonObject): boolean => {
  if (NO_PAGE.test(pageId)) return true
  const senderId = idOf(objectOf(item['sender'])['id'])
  const recipientId = idOf(objectOf(item['recipient'])['id'])
  if (senderId === INVENTED.sender && recipientId === INVENTED.recipient) return true
  return idOf(objectOf(item['message'])['mid']) === INVENTED.mid
}
