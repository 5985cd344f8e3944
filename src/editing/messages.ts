import { isSeq, type Node, type YAMLMap } from 'yaml'
import { applySplices, itemRange, notEditable, pairOf } from './yaml-text.ts'

/** A change in the order or number of a form's messages; `message` counts from 0. */
export type Arrangement = { do: 'up' | 'down' | 'out'; message: number } | { do: 'add' }

/** The id of the field that removes a message when it is filled in. */
export const outField = (message: number): string => `say.${message}.out`

/**
 * Swaps a message with its neighbour, each with its comments.
 *
 * @param answer - the reply, parsed from `text`
 */
export const moveMessage = (text: string, answer: YAMLMap, from: number, to: number): string => {
  const list = pairOf(answer, 'say')?.value
  const items = isSeq(list) ? (list.items as Node[]) : []
  if (!isSeq(list) || items[from] === undefined || items[to] === undefined)
    throw notEditable('There is no such message to move any more.')
  const [one, other] = [itemRange(text, list, from), itemRange(text, list, to)]
  const put = ({ start, end }: typeof one): string => text.slice(start, end)
  return applySplices(text, [
    { ...one, put: put(other) },
    { ...other, put: put(one) },
  ])
}
