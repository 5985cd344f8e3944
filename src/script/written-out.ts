/**
 * The hint at how a mapping is written whose writer gave its words alone: "What is your name?" as a question, `When are you open?: hours`
 * as an ice breaker. Null for a mapping of which no words can be told.
 *
 * @param keys - the needed keys of the mapping, and where its button leads: `reply`, `url`
 * @param texts - in the order of the keys
 */
export const writtenOut = (keys: readonly string[], texts: readonly string[]): string | null => {
  const isAddress = keys.includes('url') && texts.some((text) => /^https?:\/\//i.test(text))
  const [first = 'reply', second, ...others] = keys.filter((key) => key !== (isAddress ? 'reply' : 'url'))
  if (first === 'reply' || second === undefined) return null
  const pairs = [first, second, ...others].map((key, index) => {
    const text = texts[index]
    return `${key}: ${text === undefined ? '…' : JSON.stringify(text)}`
  })
  return `Write { ${pairs.join(', ')} } in its place.`
}
