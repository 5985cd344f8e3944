import type { Notes } from '../../src/base/shared-note.ts'

/** Notes in memory; test/store/contract-notes.ts checks the same contract for the real ones. */
export const createFakeNotes = (notes = new Map<string, string>()) => ({
  notes,
  remember: async (name: string, text: string): Promise<void> => void notes.set(name, text),
  recall: async (name: string): Promise<string | null> => notes.get(name) ?? null,
  rememberIf: (async (name, text, was) => {
    if ((notes.get(name) ?? null) !== was) return false
    notes.set(name, text)
    return true
  }) satisfies Notes['rememberIf'],
})
