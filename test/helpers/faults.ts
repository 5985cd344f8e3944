/** `npm run torture` says how long to go on; an ordinary run of the suite does not. */
const rounds = process.env['EVERGREEN_ROUNDS']

/** Whether tests that take minutes may run. */
export const isTorture = rounds !== undefined

/** How many rounds, each counting for `times`; `usual` in an ordinary run. */
export const roundsOr = (usual: number, times = 1): number => (isTorture ? Number(rounds) * times : usual)

/** The same faults in each ordinary run, others in each torture; a failure is repeated with its seed. */
export const SEED = Number(process.env['EVERGREEN_SEED'] ?? (isTorture ? Date.now() % 2 ** 31 : 1))
