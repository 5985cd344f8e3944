// BootBot, and Botkit with its Facebook adapter, as their own documentation shows them; they know Facebook's address alone.
const http = require('http')
const BootBot = require('bootbot')
const express = require('express')
const { FacebookAdapter } = require('botbuilder-adapter-facebook')

const { ACCESS_TOKEN, APP_SECRET, VERIFY_TOKEN } = process.env

const bootbot = () => {
  const bot = new BootBot({
    accessToken: ACCESS_TOKEN,
    appSecret: APP_SECRET,
    verifyToken: VERIFY_TOKEN,
    webhook: '/bootbot',
    graphApiVersion: 'v25.0',
  })
  bot.setGreetingText('Hello')
  bot.setGetStartedButton((payload, chat) => chat.say('Welcome to BootBot'))
  bot.hear('name', async (payload, chat) => {
    const { first_name: name } = await chat.getUserProfile()
    await chat.say(`You are ${name}`)
  })
  bot.hear('card', (payload, chat) =>
    chat.sendGenericTemplate([
      { title: 'Bread', subtitle: 'rye', buttons: [{ type: 'postback', title: 'Buy', payload: 'BUY' }] },
    ]),
  )
  bot.hear('choose', (payload, chat) => chat.say({ text: 'Which?', quickReplies: ['Rye', 'Wheat'] }))
  bot.hear('ask', (payload, chat) =>
    chat.conversation((talk) =>
      talk.ask('How many?', (answer, same) =>
        same.say(`So ${answer.message.text}.`, { typing: true }).then(() => same.end()),
      ),
    ),
  )
  bot.on('postback:BUY', (payload, chat) => chat.say('Bought'))
  // It sets its routes when it starts, and takes no port 0.
  const probe = http.createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address()
    probe.close(() => {
      bot.start(port)
      bot.server.on('listening', () => process.stdout.write(`listening on ${port}\n`))
    })
  })
}

const botkit = () => {
  const adapter = new FacebookAdapter({
    access_token: ACCESS_TOKEN,
    app_secret: APP_SECRET,
    verify_token: VERIFY_TOKEN,
    api_version: 'v25.0',
  })
  const app = express()
  app.use(express.json({ verify: (request, _response, bytes) => (request.rawBody = bytes) }))
  app.get('/botkit', (request, response) => response.send(request.query['hub.challenge']))
  app.post('/botkit', (request, response) =>
    adapter
      .processActivity(request, response, async (context) => {
        const { activity } = context
        if (activity.type !== 'message' || activity.channelData.message?.is_echo) return
        await context.sendActivity({ type: 'typing' })
        await context.sendActivity(`Botkit heard ${activity.text}`)
      })
      .catch((error) => process.stderr.write(`${error.stack}\n`)),
  )
  return app
}

if (process.argv[2] === 'botkit') {
  const server = http.createServer(botkit()).listen(0, '127.0.0.1', () => {
    process.stdout.write(`listening on ${server.address().port}\n`)
  })
} else bootbot()
