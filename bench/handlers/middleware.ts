import { defineBot } from '../../src/handlers/bot.ts'

export const bot = defineBot().use((_ctx, next) => next())
