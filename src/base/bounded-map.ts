/** A map that keeps the most recently set entries, up to a bound. */
export interface BoundedMap<K, V> {
  get: (key: K) => V | undefined
  has: (key: K) => boolean
  /** Puts the entry last. Beyond the bound the first entry is dropped. */
  set: (key: K, value: V) => void
  delete: (key: K) => boolean
  clear: () => void
  /** In the order in which they were set. */
  values: () => IterableIterator<V>
  readonly size: number
}

/** @param onDrop - called with each entry that is dropped because of the bound */
export const createBoundedMap = <K, V>(
  most: number,
  onDrop: (value: V, key: K) => void = () => undefined,
): BoundedMap<K, V> => {
  const map = new Map<K, V>()
  return {
    get: (key) => map.get(key),
    has: (key) => map.has(key),
    set: (key, value) => {
      map.delete(key)
      map.set(key, value)
      if (map.size <= most) return
      const [first] = map
      if (first === undefined) return
      map.delete(first[0])
      onDrop(first[1], first[0])
    },
    delete: (key) => map.delete(key),
    clear: () => map.clear(),
    values: () => map.values(),
    get size() {
      return map.size
    },
  }
}
