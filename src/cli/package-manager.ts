import type { Env } from '../base/config.ts'

/** The package manager of a folder. */
export interface PackageManager {
  /** The command's name. */
  name: 'npm' | 'pnpm' | 'yarn' | 'bun'
  /** The command that upgrades one package; the package's name follows. */
  upgrade: string
  /** Further files that the folder needs for it, by name. */
  files: Readonly<Record<string, string>>
}

const NPM: PackageManager = { name: 'npm', upgrade: 'npm update', files: {} }

/** Without this setting, Yarn 2 and newer keeps packages in archives, and there is no `node_modules` for `npm start`. */
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

/** The package manager that runs this process, by its user agent; npm by default. */
export const packageManagerOf = ({ npm_config_user_agent: agent = '' }: Env): PackageManager =>
  OTHERS.find(([pattern]) => pattern.test(agent))?.[1] ?? NPM

/** Whether the package manager passes `--` on to the command, as pnpm and Yarn 2 do and npm does not. */
export const passesDashesOn = ({ npm_config_user_agent: agent = '' }: Env): boolean =>
  /^(pnpm\/|yarn\/(?!1\.))/.test(agent)
