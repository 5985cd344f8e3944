/**
 * Gives a changed text the line ends of its file. If these are mixed, as after a paste on another system, the lines before and
 * after the change keep theirs, and the changed lines get the more frequent one.
 *
 * @param before - the text of the file
 * @param changed - the changed text, with line feeds only
 */
export const withEndsOf = (before: string, changed: string): string => {
  const old = linesOf(before)
  const windows = old.filter((line) => line.endsWith('\r\n')).length
  if (windows === 0) return changed
  const usual = windows * 2 >= old.length ? '\r\n' : '\n'
  const lines = linesOf(changed)
  const most = Math.min(old.length, lines.length)
  let head = 0
  while (head < most && plain(old[head]) === lines[head]) head += 1
  let tail = 0
  while (tail < most - head && plain(old.at(-1 - tail)) === lines.at(-1 - tail)) tail += 1
  return [
    ...old.slice(0, head),
    ...lines.slice(head, lines.length - tail).map((line) => line.replace(/\n$/, usual)),
    ...old.slice(old.length - tail),
  ].join('')
}

const linesOf = (text: string): string[] => text.split(/(?<=\n)/)

const plain = (line = ''): string => line.replace(/\r\n$/, '\n')
