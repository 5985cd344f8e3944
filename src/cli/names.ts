/** A command's file, relative to the program's folder, and its fixed arguments. */
interface CommandFile {
  file: string
  args?: readonly string[]
}

/** The commands of an installed program, by the names that `npm run` has for them in a checkout. */
export const COMMANDS: Readonly<Record<string, CommandFile | undefined>> = {
  init: { file: 'bin/init.ts' },
  demo: { file: 'bin/demo.ts' },
  'demo:repair': { file: 'bin/demo-repair.ts' },
  'demo:run': { file: 'bin/demo-run.ts' },
  start: { file: 'bin/serve.js' },
  setup: { file: 'bin/serve.js', args: ['--setup'] },
  doctor: { file: 'bin/doctor.ts' },
  'bootstrap-token': { file: 'bin/bootstrap-token.ts' },
  'script:check': { file: 'bin/script-check.ts' },
  ask: { file: 'bin/ask.ts' },
  questions: { file: 'bin/questions.ts' },
  answers: { file: 'bin/answers.ts' },
  'dead-letters': { file: 'bin/dead-letters.ts' },
  forget: { file: 'bin/forget.ts' },
  backup: { file: 'bin/backup.ts' },
  restore: { file: 'bin/restore.ts' },
  'rotate-token-key': { file: 'bin/rotate-token-key.ts' },
  'move-to-postgres': { file: 'bin/move-to-postgres.ts' },
  sandbox: { file: 'sandbox/bin/sandbox.ts' },
}
