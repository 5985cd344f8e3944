import t from 'tap'
import { createBoundedMap } from '../../src/base/bounded-map.ts'

t.test('beyond its bound a map drops the entry that was set first, and tells of it', (t) => {
  const dropped: string[] = []
  const map = createBoundedMap<string, number>(2, (value, key) => void dropped.push(`${key} ${value}`))
  map.set('a', 1)
  map.set('b', 2)
  map.set('a', 3)
  map.set('c', 4)
  t.same(dropped, ['b 2'])
  t.same([...map.values()], [3, 4])
  t.equal(map.size, 2)
  t.notOk(map.has('b'))
  t.end()
})
