import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/** What a running demo leaves for `npm run demo:repair`. */
export interface DemoNote {
  sandbox: string
  env: Record<string, string>
}

export const DEMO_PORT = 4000

/** Where the demo on that sandbox port keeps its note. */
export const demoFile = (port: number): string =>
  join(tmpdir(), `evergreen-demo-${userInfo().username}-${port}.json`)
