import { helpOf } from '../../src/cli/command.ts'

export const help = helpOf({
  about: `The bot. It reads its settings from the environment and from .env, which .env.example explains; with none of the required
ones it leads through the set-up in the browser.`,
  usage: [
    ['npm start', 'the bot; in a terminal without settings, the set-up'],
    ['npm run setup', 'the set-up, also without a terminal'],
  ],
  options: { setup: { type: 'boolean', about: 'the same as npm run setup, for node bin/serve.js --setup' } },
  notes: 'SIGTERM and Ctrl-C end it: what is in flight is finished, within 15 seconds and DRAIN_SECONDS.',
  exit: '0 ended when told to, 1 it could not start or had to end.',
})
