import type { Env } from '../base/config.ts'

/** What installs the program of a folder, and how a person has it do so. */
export interface PackageManager {
  /** As it is typed. */
  name: 'npm' | 'pnpm' | 'yarn' | 'bun'
  /** What upgrades one package, before the name of that. */
  upgrade: string
  /** Files that a folder needs for it besides, by name. */
  files: Readonly<Record<string, string>>
}

const NPM: PackageManager = { name: 'npm', upgrade: 'npm update', files: {} }

/** Yarn 2 and newer puts programs into archives otherwise, and leaves no `node_modules` for `npm start` to look into. */
const YARN: PackageManager = {
  name: 'yarn',
  upgrade: 'yarn up',
  files: { '.yarnrc.yml': 'nodeLinker: node-modules\n' },
}

const OTHERS: readonly (readonly [agent: RegExp, PackageManager])[] = [
  [/^pnpm\//, { name: 'pnpm', upgrade: 'pnpm update', files: {} }],
  [/^yarn\/1\./, { name: 'yarn', upgrade: 'yarn upgrade', files: {} }],
  [/^yarn\//, YARN],
  [/^bun\//, { name: 'bun', upgrade: 'bun update', files: {} }],
]

/** The package manager that runs this process, by what it says of itself; npm where none does. */
export const packageManagerOf = ({ npm_config_user_agent: agent = '' }: Env): PackageManager =>
  OTHERS.find(([pattern]) => pattern.test(agent))?.[1] ?? NPM

/** Whether the `--` that npm takes for its own reaches the command, as pnpm and Yarn 2 pass it on. */
export const passesDashesOn = ({ npm_config_user_agent: agent = '' }: Env): boolean =>
  /^(pnpm\/|yarn\/(?!1\.))/.test(agent)
