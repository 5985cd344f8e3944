/** `npm run torture` says how long to go on. */
const torture = process.env['EVERGREEN_ROUNDS']

/** How many rounds a property is tried: `usual` in an ordinary run, which draws others each time; forty times as many and more in a torture. */
export const roundsOr = (usual: number): number =>
  torture === undefined ? usual : usual * Math.max(Number(torture), 1)
