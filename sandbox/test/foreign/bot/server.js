// Bottender behind a server of one's own, as its documentation shows it; on loopback alone.
const http = require('http')
const express = require('express')
const { bottender } = require('bottender')

const main = async () => {
  const app = bottender({ dev: false })
  await app.prepare()
  const handle = app.getRequestHandler()
  const server = express()
  server.use(
    express.json({
      verify: (request, _response, bytes) => {
        request.rawBody = bytes.toString()
      },
    }),
  )
  server.all('*', (request, response) => handle(request, response))
  const listener = http.createServer(server).listen(0, '127.0.0.1', () => {
    process.stdout.write(`listening on ${listener.address().port}\n`)
  })
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`)
  process.exit(1)
})
