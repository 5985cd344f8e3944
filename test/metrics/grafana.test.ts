import { readFileSync } from 'node:fs'
import t from 'tap'
import { createMetrics } from '../../src/metrics/metrics.ts'

interface Dashboard {
  panels: {
    id: number
    targets: { expr: string }[]
    gridPos: { x: number; y: number; w: number; h: number }
  }[]
}

const TEXT = readFileSync(new URL('../../docs/grafana.json', import.meta.url), 'utf8')
const { panels } = JSON.parse(TEXT) as Dashboard

t.test('the Grafana dashboard asks for metrics that exist, and for all of ours', async (t) => {
  const told = await createMetrics().render(null)
  const known = new Set([...told.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name))
  const asked = new Set(
    panels.flatMap(({ targets }) =>
      targets.flatMap(({ expr }) =>
        [...expr.matchAll(/\b(?:evergreen|nodejs|process)_\w+/g)].map(([name]) =>
          name.replace(/_bucket$/, ''),
        ),
      ),
    ),
  )
  for (const name of asked) t.ok(known.has(name), name)
  for (const name of known) if (name.startsWith('evergreen_')) t.ok(asked.has(name), name)
})

t.test('the alarm rules ask for metrics that exist', async (t) => {
  const rules = readFileSync(new URL('../../deploy/prometheus-rules.yml', import.meta.url), 'utf8')
  const told = await createMetrics().render(null)
  const asked = [...rules.matchAll(/^ +expr: (.+)$/gm)].flatMap(
    ([, expr = '']) => expr.match(/\bevergreen_\w+/g) ?? [],
  )
  t.ok(asked.length >= 5)
  for (const name of asked) t.match(told, new RegExp(`^# TYPE ${name} `, 'm'))
})

t.test('docs/operations.md lists our metrics with their labels, and no others', async (t) => {
  const text = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')
  const listed = [...text.matchAll(/^\| `(evergreen_\w+)(\{([\w,]+)\})?`/gm)].map(
    ([, name = '', , labels = '']) => `${name} ${labels}`,
  )
  t.same(listed.toSorted(), (await namesAndLabels()).toSorted())
})

/** Each of our metrics as `NAME LABEL,LABEL`. */
const namesAndLabels = async (): Promise<string[]> => {
  const { render, contentType: _, ...counts } = createMetrics()
  for (const [name, count] of Object.entries(counts)) {
    const given =
      name === 'replySent' || name === 'committed' ? 1 : name === 'conversation' ? 'handover' : 'a'
    ;(count as (first: unknown, second: string) => void)(given, 'b')
  }
  const told = await render(
    {
      inbox: 1,
      outbox: new Map([['1', 1]]),
      tokens: [{ pageId: '1', isValid: true }],
      instances: 1,
      deadRows: new Map([['inbox', 1]]),
    },
    { writeSeconds: 1, pagesKept: 1 },
  )
  const types = [...told.matchAll(/^# TYPE (evergreen_\w+) (\w+)$/gm)]
  return types.map(([, name = '', type]) => {
    const [, labels = ''] =
      type === 'histogram' ? [] : (new RegExp(`^${name}\\{(.*)\\} `, 'm').exec(told) ?? [])
    return `${name} ${[...labels.matchAll(/(\w+)="/g)].map(([, label]) => label).join()}`
  })
}

t.test('its panels have ids of their own and do not cover each other', async (t) => {
  t.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
  )
  t.equal(new Set(cells).size, cells.length)
})
