import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Test } from 'tap'

interface Packed {
  filename: string
  integrity: string
  shasum: string
}

interface Published {
  version: string
  dependencies?: Record<string, string>
  [field: string]: unknown
}

export interface Registry {
  origin: string
  /** Packs a folder by `npm pack`; the version becomes the latest. */
  publish: (folder: string) => void
}

/**
 * A registry on this machine, as much of one as `npm install`, `create` and `update` ask for. Of the dependencies of a package it
 * tells only those that were published here: for the others, what is to use the package needs their modules in a folder above it.
 */
export const startRegistry = async (t: Test, folder: string): Promise<Registry> => {
  const packages = new Map<string, Published[]>()
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '')
    if (path.endsWith('.tgz')) return void response.end(readFileSync(join(folder, path)))
    const versions = packages.get(path.slice(1))
    if (versions === undefined) return void response.writeHead(404).end('{}')
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({
        name: path.slice(1),
        'dist-tags': { latest: versions.at(-1)?.version },
        versions: Object.fromEntries(versions.map((one) => [one.version, one])),
      }),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    publish: (source) => {
      const args = ['pack', '--json', '--pack-destination', folder, source]
      const [packed] = JSON.parse(execFileSync('npm', args, { encoding: 'utf8' })) as [Packed]
      const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Published
      const name = String(manifest['name'])
      const own = Object.entries(manifest.dependencies ?? {}).filter(([one]) => packages.has(one))
      const { filename, integrity, shasum } = packed
      packages.set(name, [
        ...(packages.get(name) ?? []),
        {
          ...manifest,
          dependencies: Object.fromEntries(own),
          dist: { tarball: `${origin}/${filename}`, integrity, shasum },
        },
      ])
    },
  }
}
