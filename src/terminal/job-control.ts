import { readFileSync } from 'node:fs'
import process from 'node:process'

/** What a terminal does with Ctrl-C and Ctrl-Z while no program has it in raw mode. */
export interface TerminalSignals {
  raise: (signal: 'SIGINT' | 'SIGTSTP') => void
  /** Hears that the process goes on after it was stopped. Returns the function that stops listening. */
  onContinue: (listener: () => void) => () => void
}

export const processSignals: TerminalSignals = {
  // To the whole process group, as a terminal does: under `npm start`, npm has to stop as well.
  raise: (signal) => void process.kill(0, signal),
  onContinue: (listener) => {
    process.on('SIGCONT', listener)
    return () => process.off('SIGCONT', listener)
  },
}

/**
 * Whether this process may read its terminal. One started with `&` may not: the first attempt would stop it, server
 * and all. Only Linux tells; elsewhere the answer is yes.
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
  // The command stands in parentheses and may hold spaces; what follows is: state ppid pgrp session tty tpgid.
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return group === foreground || Number(foreground) <= 0
}
