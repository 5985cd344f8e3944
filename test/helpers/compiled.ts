const folder = process.env['NODE_COMPILE_CACHE']

/** For the environment of a process that gets none of ours: it need not compile again what the tests have. */
export const COMPILED: Record<string, string> = folder === undefined ? {} : { NODE_COMPILE_CACHE: folder }
