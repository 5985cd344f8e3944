import { readFileSync } from 'node:fs'

// In old JavaScript, so that an old Node can run it and report its version.
const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const numbers = (version) => version.match(/\d+/g).map(Number)
const [[major, minor], [leastMajor, leastMinor]] = [process.versions.node, engines.node].map(numbers)
if (major < leastMajor || (major === leastMajor && minor < leastMinor)) {
  console.error(
    `Evergreen needs Node ${leastMajor}.${leastMinor} or newer; this is ${process.versions.node}.`,
  )
  console.error(
    import.meta.url.includes('/node_modules/')
      ? 'Install a newer one: https://nodejs.org/en/download.'
      : 'Install a newer one, or run `npm ci` without --omit=dev and start with `npm start`: that brings one along.',
  )
  process.exit(1)
}

try {
  // One package stands for all, because they are installed together.
  import.meta.resolve('fastify')
} catch {
  console.error('The packages that Evergreen needs are not installed.')
  console.error(
    import.meta.url.includes('/node_modules/')
      ? 'Run `npm install` in the folder of your package.json.'
      : 'Run `npm ci` in the folder of the program.',
  )
  process.exit(1)
}
