import { readFileSync } from 'node:fs'
import { codeOf } from './error-code.ts'

/** A secret from the environment: its value, or the content of the file that `NAME_FILE` names, as containers pass secrets. */
export interface GivenSecret {
  value: string | undefined
  /** Why the secret cannot be used, as one line that begins with its name; null if it can or is not set. */
  problem: string | null
}

/** @param env - an empty value counts as not set; surrounding whitespace is dropped, in the file, too */
export const givenSecret = (env: Readonly<Record<string, string | undefined>>, name: string): GivenSecret => {
  const value = env[name]?.trim() || undefined
  const file = env[`${name}_FILE`]?.trim() || undefined
  if (file === undefined) return { value, problem: null }
  if (value !== undefined) {
    return { value: undefined, problem: `${name} and ${name}_FILE are both set: leave one of them out` }
  }
  try {
    const content = readFileSync(file, 'utf8')
      .replace(/^\uFEFF/, '')
      .trim()
    return content === ''
      ? { value: undefined, problem: `${name}_FILE names an empty file: put the secret into ${file}` }
      : { value: content, problem: null }
  } catch (error) {
    const code = codeOf(error) ?? 'unknown error'
    return {
      value: undefined,
      problem: `${name}_FILE must name a file this user may read: ${file} is none (${code})`,
    }
  }
}
