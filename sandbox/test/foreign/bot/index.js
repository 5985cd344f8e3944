const { router, text, messenger } = require('bottender/router')

const welcome = async (context) => {
  const { firstName } = await context.getUserProfile()
  await context.sendText(`Hello ${firstName}! I am a Bottender bot.`, {
    quickReplies: [{ contentType: 'text', title: 'Hours', payload: 'hours' }],
  })
}

const hours = async (context) => {
  await context.markSeen()
  await context.typingOn()
  await context.sendButtonTemplate('We are open from 9 to 18.', [
    { type: 'postback', title: 'Where?', payload: 'where' },
    { type: 'web_url', title: 'Website', url: 'https://example.com' },
  ])
}

const where = async (context) => {
  await context.sendGenericTemplate([{ title: 'Main Street 1', subtitle: 'at the corner' }])
}

const count = async (context) => {
  context.setState({ count: (context.state.count || 0) + 1 })
  await context.sendText(`${context.event.text}? You said ${context.state.count} such things.`)
}

const human = async (context) => {
  await context.sendText('A person will answer you.')
  await context.passThreadControlToPageInbox()
}

const byPayload = async (context, props) => {
  const { payload } = context.event
  return { start: welcome, hours, where }[payload] || props.next
}

module.exports = async function App() {
  return router([
    messenger.echo(async () => {}),
    messenger.delivery(async () => {}),
    messenger.read(async () => {}),
    messenger.postback(byPayload),
    text(/^hours?$/i, hours),
    text('human', human),
    text('*', count),
    messenger.any(async () => {}),
  ])
}
