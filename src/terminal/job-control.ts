import { readFileSync } from 'node:fs'
import process from 'node:process'

/** The signals that a terminal sends for Ctrl-C and Ctrl-Z unless a program has it in raw mode. */
export interface TerminalSignals {
  raise: (signal: 'SIGINT' | 'SIGTSTP') => void
  /** Calls the listener when the process continues after a stop. Returns the function that removes it. */
  onContinue: (listener: () => void) => () => void
}

export const processSignals: TerminalSignals = {
  // Sent to the whole process group, as a terminal does, so that npm also stops under `npm start`.
  raise: (signal) => void process.kill(0, signal),
  onContinue: (listener) => {
    process.on('SIGCONT', listener)
    return () => process.off('SIGCONT', listener)
  },
}

/**
 * Whether this process may read its terminal. A process started with `&` may not: the first read would stop it with its server.
 * Only Linux tells; elsewhere the answer is yes.
 */
export const inForeground = (): boolean => {
  try {
    return isForegroundStat(readFileSync('/proc/self/stat', 'utf8'))
  } catch {
    return true
  }
}

/**
 * Reads the process group and the terminal's foreground group out of `/proc/self/stat`. Without a controlling terminal
 * (-1), or with one whose foreground group lives outside the container (0), nothing stops a reader.
 *
 * @see man 5 proc, /proc/pid/stat: pgrp and tpgid
 */
export const isForegroundStat = (stat: string): boolean => {
  // The command is in parentheses and may hold spaces; the fields after it are: state ppid pgrp session tty tpgid.
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return group === foreground || Number(foreground) <= 0
}
