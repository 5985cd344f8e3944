import type { WireCall } from './documented.ts'

/**
 * What foreign clients call and the sandbox does not model, in the words of its refusal (code 3); docs/sandbox.md lists them. A call
 * that meets such a refusal and is not listed here is wrong.
 */
export const MISSING: readonly string[] = [
  'the edge search of node type Root',
  'the edge device/login of node type Root',
  'changes of node type Page',
]

const WORDS = /The sandbox does not model (.+)\.$/

const missingIn = ({ response }: WireCall): string | undefined => {
  const message = (response as { error?: { message?: unknown } } | null)?.error?.message
  return WORDS.exec(typeof message === 'string' ? message : '')?.[1]
}

/** The sandbox says of the call that it does not model it. */
export const isMissing = (call: WireCall): boolean => missingIn(call) !== undefined

export const isListedAsMissing = (call: WireCall): boolean => MISSING.includes(missingIn(call) ?? '')
