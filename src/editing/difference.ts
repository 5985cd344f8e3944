/** A line of both texts or of one of them. */
export interface DifferenceLine {
  is: 'same' | 'gone' | 'new'
  text: string
  /** Its line number, from 1, in the text it comes from; in the newer text if it is in both. */
  number: number
}

/** Unchanged lines that are shown around each change. */
const AROUND = 3
/** With more pairs of lines than this, the whole changed part counts as replaced. */
const MOST_COMPARED = 4_000_000

/** The changes between two texts as runs of lines, with unchanged lines around them; empty if the texts are equal. */
export const difference = (before: string, after: string): DifferenceLine[][] => {
  const [a, b] = [before.split('\n'), after.split('\n')]
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1
  const [oldEnd, newEnd] = [a.length - tail, b.length - tail]
  const same = (from: number, to: number): DifferenceLine[] =>
    b.slice(from, to).map((text, n) => ({ is: 'same', text, number: from + n + 1 }))
  const middle = compare(a.slice(head, oldEnd), b.slice(head, newEnd)).map((line) => ({
    ...line,
    number: line.number + head,
  }))
  return runs([...same(0, head), ...middle, ...same(newEnd, b.length)])
}

/** The lines of the longest common subsequence stay; all others are gone or new. */
const compare = (a: readonly string[], b: readonly string[]): DifferenceLine[] => {
  const gone = (n: number): DifferenceLine => ({ is: 'gone', text: a[n] ?? '', number: n + 1 })
  const fresh = (n: number): DifferenceLine => ({ is: 'new', text: b[n] ?? '', number: n + 1 })
  if (a.length * b.length > MOST_COMPARED) return [...a.map((_, n) => gone(n)), ...b.map((_, n) => fresh(n))]
  const width = b.length + 1
  // The length of the longest common subsequence of the lines from `i` and from `j` on.
  const common = new Uint16Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      common[i * width + j] =
        a[i] === b[j]
          ? (common[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0)
  const lines: DifferenceLine[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ is: 'same', text: b[j] ?? '', number: j + 1 })
      i += 1
      j += 1
    } else if (
      i < a.length &&
      (j === b.length || (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))
    ) {
      lines.push(gone(i))
      i += 1
    } else {
      lines.push(fresh(j))
      j += 1
    }
  }
  return lines
}

const runs = (lines: readonly DifferenceLine[]): DifferenceLine[][] => {
  const found: DifferenceLine[][] = []
  let last = -1
  for (const [n, { is }] of lines.entries()) {
    if (is === 'same') continue
    const from = Math.max(last + 1, n - AROUND)
    const to = Math.min(lines.length - 1, n + AROUND)
    const joined = last >= 0 && n - AROUND <= last + 1 ? found.at(-1) : undefined
    if (joined === undefined) found.push(lines.slice(from, to + 1))
    else joined.push(...lines.slice(last + 1, to + 1))
    last = to
  }
  return found
}
