import { spawn } from 'node:child_process'

/**
 * Opens the address in the operator's browser where there is a desktop for it. Whether that works does not matter: the
 * address is shown, too.
 */
export const openBrowser = (url: string, env: NodeJS.ProcessEnv, platform = process.platform): void => {
  const command = commandFor(url, env, platform)
  if (command === null) return
  const [program, ...args] = command
  const child = spawn(program, args, { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}

/** Null where no browser would show: on a server a text browser might take over the terminal. */
export const commandFor = (
  url: string,
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
): [program: string, ...args: string[]] | null => {
  if (platform === 'darwin') return ['open', url]
  // The shell of Windows takes & for the end of a command.
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', url]
  return env['DISPLAY'] || env['WAYLAND_DISPLAY'] ? ['xdg-open', url] : null
}
