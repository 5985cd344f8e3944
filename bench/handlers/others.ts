import { defineBot } from '../../src/handlers/bot.ts'

export const bot = defineBot().on('reaction', () => undefined)
