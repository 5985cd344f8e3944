import { spawn } from 'node:child_process'

/**
 * Opens the address in the operator's browser if the machine has a desktop. A failure is ignored, because the address is shown,
 * too.
 */
export const openBrowser = (url: string, env: NodeJS.ProcessEnv): void => {
  const command = commandFor(url, env, process.platform)
  if (command === null) return
  const [program, ...args] = command
  const child = spawn(program, args, { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}

/** The command that opens a browser; null without a desktop, because on a server a text browser might take over the terminal. */
export const commandFor = (
  url: string,
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
): [program: string, ...args: string[]] | null => {
  if (platform === 'darwin') return ['open', url]
  // Not `start`: the shell of Windows takes & for the end of a command.
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', url]
  return env['DISPLAY'] || env['WAYLAND_DISPLAY'] ? ['xdg-open', url] : null
}
