import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Builds the packages for a registry: the program, and the one for `npm create`. docs/adr/0155 has the reasons. */

interface Manifest {
  version: string
  dependencies: Record<string, string>
  [field: string]: unknown
}

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PROGRAM = ['app', 'bin', 'plugins', 'routes', 'sandbox/bin', 'sandbox/src', 'src']
const BESIDE = [
  '.env.example',
  'bot.example.yaml',
  'bot.schema.json',
  'CHANGELOG.md',
  'console',
  'docs',
  'LICENSE',
  'own-folder',
  'README.md',
  'SECURITY.md',
]
/** Left out, because it is a tool for this repository only and needs prettier. */
const LEFT_OUT = 'bin/script-schema.ts'

/** The part of the manifest of this repository that an installed package needs. */
const KEPT = [
  'name',
  'version',
  'description',
  'keywords',
  'homepage',
  'bugs',
  'repository',
  'license',
  'type',
  'engines',
]

/** @param folder - is emptied; gets a folder for each of the two packages */
export const buildPackages = (folder: string): void => {
  rmSync(folder, { recursive: true, force: true })
  const manifest = readManifest('package.json')
  const program = join(folder, 'evergreen-messenger')
  for (const part of PROGRAM) copyProgram(part, program)
  for (const part of BESIDE) cpSync(join(ROOT, part), join(program, part), { recursive: true })
  writeTypes(program)
  writeManifest(program, {
    ...Object.fromEntries(KEPT.map((field) => [field, manifest[field]])),
    bin: { 'evergreen-messenger': 'bin/evergreen.js' },
    exports: {
      './handlers': { types: './src/handlers/public-api.d.ts', default: './src/handlers/public-api.js' },
      './command': './bin/evergreen.js',
    },
    dependencies: { ...readManifest('sandbox/package.json').dependencies, ...manifest.dependencies },
  })

  const create = join(folder, 'create-evergreen-messenger')
  cpSync(join(ROOT, 'tools/create-evergreen-messenger'), create, { recursive: true })
  cpSync(join(ROOT, 'LICENSE'), join(create, 'LICENSE'))
  const { version } = manifest
  writeManifest(create, {
    ...readManifest('tools/create-evergreen-messenger/package.json'),
    version,
    dependencies: { 'evergreen-messenger': version },
  })
}

const readManifest = (path: string): Manifest =>
  JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Manifest

const writeManifest = (folder: string, manifest: object): void =>
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)

const copyProgram = (part: string, target: string): void => {
  for (const entry of readdirSync(join(ROOT, part), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const from = join(entry.parentPath, entry.name)
    const path = from.slice(ROOT.length)
    if (path === LEFT_OUT) continue
    const to = join(target, path)
    mkdirSync(dirname(to), { recursive: true })
    if (!/\.[jt]s$/.test(path)) cpSync(from, to)
    else {
      const text = readFileSync(from, 'utf8')
      writeFileSync(
        to.replace(/\.ts$/, '.js'),
        toJavaScriptNames(path.endsWith('.ts') ? stripTypeScriptTypes(text) : text),
      )
    }
  }
}

/**
 * Paths of program files at the end of a string: imports, URLs of threads and processes, files of commands. A name without a
 * folder, such as `handlers.ts`, is a file of the owner. Both endings have the same length, so positions in stack traces are
 * those of the source.
 */
const toJavaScriptNames = (text: string): string => text.replace(/(?<=\/[\w.-]+|\})\.ts(?=['"`])/g, '.js')

/** Writes the type declarations of `evergreen-messenger/handlers` for editors. */
const writeTypes = (target: string): void => {
  const tsc = join(ROOT, 'node_modules/typescript/lib/tsc.js')
  const project = join(ROOT, 'tools/package.tsconfig.json')
  execFileSync(process.execPath, [tsc, '--project', project, '--outDir', target], { stdio: 'inherit' })
  for (const name of readdirSync(target, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.d.ts')) continue
    const file = join(target, name)
    writeFileSync(file, toJavaScriptNames(readFileSync(file, 'utf8')))
  }
}

if (process.argv[1] !== undefined && basename(process.argv[1]) === basename(import.meta.filename)) {
  buildPackages(join(ROOT, 'build'))
}
