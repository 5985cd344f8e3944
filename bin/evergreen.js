#!/usr/bin/env node
// Runs a command by its name in a folder that has the program under node_modules: npx evergreen-messenger NAME ARGUMENTS
await import('./node-version.js')
const { COMMANDS } = await import('../src/cli/names.ts')
const { printAndExit } = await import('./print.ts')

const [name = '--help'] = process.argv.splice(2, 1)
const found = COMMANDS[name]
if (found === undefined) {
  if (name === '--version' || name === '-v') {
    const { VERSION } = await import('../src/cli/command.ts')
    await printAndExit(`${VERSION}\n`)
  }
  const { closest } = await import('../src/base/edit-distance.ts')
  const isHelp = name === '--help' || name === '-h' || name === 'help'
  const help = `Usage: npx evergreen-messenger COMMAND [--help]

Commands: ${Object.keys(COMMANDS).join(', ')}
`
  // The given name is not repeated, because it may be a secret in the wrong place.
  if (isHelp) await printAndExit(help)
  const meant = closest(name, Object.keys(COMMANDS))
  const hint = meant === null ? '' : ` Did you mean ${meant}?`
  process.stderr.write(`There is no such command.${hint}\n\n${help}`)
  process.exit(2)
}
// With Yarn's Plug'n'Play only `init` works: Yarn runs it from an archive of the package, and it makes a folder that has
// node_modules.
if (process.versions.pnp !== undefined && name !== 'init') {
  console.error(`Evergreen needs a folder node_modules, and Yarn's Plug'n'Play makes none.
Write the line "nodeLinker: node-modules" into .yarnrc.yml, and run yarn install.`)
  process.exit(1)
}
process.argv.push(...(found.args ?? []))
await import(new URL(`../${found.file}`, import.meta.url).href)
