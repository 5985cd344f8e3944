const NOBODY = 65_534

/** Only root can become another user; a test that needs one is skipped elsewhere. */
export const asRoot = process.getuid?.() === 0 ? {} : { skip: 'only root can become another user' }

/** Does something as a user who owns nothing. Not for promises: the user is the one of the whole process. */
export const asNobody = <Result>(work: () => Result): Result => {
  process.seteuid?.(NOBODY)
  try {
    return work()
  } finally {
    process.seteuid?.(0)
  }
}
