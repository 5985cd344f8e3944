export type Environment = Record<string, string>

/**
 * The variables of this environment that the demo's processes need. All others are left out, because they may be an operator's
 * real settings.
 */
export const passedOn = (env: NodeJS.ProcessEnv): Environment =>
  Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'LANG', 'LOG_LEVEL'].flatMap((name) => {
      const value = env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
