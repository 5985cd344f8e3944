/** The code of an error of Node, of the network or of a database, such as `ENOENT` or a SQLSTATE; null where it has none. */
export const codeOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
