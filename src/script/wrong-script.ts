/** What the operator hears of a script that was changed and has mistakes. */
export const wrongScript = ({ message }: Error): { what: string; remedy: string } => ({
  what: `The script was changed and has mistakes, so its last good version stays in use, and the next start would be refused. ${message.replace(/\s*\n\s*/g, ' ')}`,
  remedy:
    'Correct it; `npm run script:check` names each mistake with its place. A correct file is used at once.',
})
