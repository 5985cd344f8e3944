import { defineBot } from 'evergreen-messenger/handlers'

/** Answers in code, for cases that bot.yaml cannot express. node_modules/evergreen-messenger/docs/handlers.md explains them. */
export const bot = defineBot().hears(['what time is it'], (ctx) => {
  ctx.reply(`It is ${new Date().toLocaleTimeString('en-GB', { timeStyle: 'short' })} here.`)
})
