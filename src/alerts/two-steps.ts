/** What a remedy says to do, in the order in which it helps. */
export interface TwoSteps {
  /** What a new token does not mend and must be done before one is made; null where nothing must. */
  first: string | null
  /** How a new token is given in the terminal. */
  run: string
}

/** Takes apart a remedy of the form "Give the person the role again; then run `npm run bootstrap-token` ...". */
export const inTwoSteps = (remedy: string): TwoSteps => {
  const [, first, run] = /^(.+?)[;,] then run (`.+)$/s.exec(remedy) ?? []
  return first === undefined || run === undefined
    ? { first: null, run: remedy }
    : { first: `${first}.`, run: `Run ${run}` }
}
