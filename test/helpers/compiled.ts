const folder = process.env['NODE_COMPILE_CACHE']

/** Variables for processes that do not inherit the environment, so that they use the compile cache of the tests. */
export const COMPILED: Record<string, string> = folder === undefined ? {} : { NODE_COMPILE_CACHE: folder }
