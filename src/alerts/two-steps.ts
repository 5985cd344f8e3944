/** The steps of a remedy, in their order. */
export interface TwoSteps {
  /** The step that must come before a new token; null for none. */
  first: string | null
  /** The command for a new token. */
  run: string
}

/** Splits a remedy of the form "Give the person the role again; then run `npm run bootstrap-token` ...". */
export const inTwoSteps = (remedy: string): TwoSteps => {
  const [, first, run] = /^(.+?)[;,] then run (`.+)$/s.exec(remedy) ?? []
  return first === undefined || run === undefined
    ? { first: null, run: remedy }
    : { first: `${first}.`, run: `Run ${run}` }
}
