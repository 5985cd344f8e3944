import t from 'tap'
import { createServer } from '../../plugins/server.ts'

t.test('no part of the start is cut short by the framework: handlers alone may take 20 s', async (t) => {
  const app = createServer({ LOG_LEVEL: 'silent' })
  t.teardown(() => app.close())
  t.equal(app.initialConfig.pluginTimeout, 0)
})
