export type Environment = Record<string, string>

/** What a process of the demo needs of our environment; the rest, such as an operator's own settings, must not reach it. */
export const passedOn = (env: NodeJS.ProcessEnv): Environment =>
  Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'LANG', 'LOG_LEVEL'].flatMap((name) => {
      const value = env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
