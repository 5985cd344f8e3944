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
  const told = await createMetrics().render({ inbox: 0, outbox: new Map(), tokens: [] })
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

t.test('its panels have ids of their own and do not cover each other', async (t) => {
  t.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
  )
  t.equal(new Set(cells).size, cells.length)
})
