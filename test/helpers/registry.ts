import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { basename, join } from 'node:path'
import type { Test } from 'tap'

interface Packed {
  name: string
  filename: string
}

interface Manifest {
  version: string
  dependencies?: Record<string, string>
  [field: string]: unknown
}

interface Published extends Manifest {
  dist: { tarball: string; integrity: string }
}

export interface Registry {
  origin: string
  /** Packs folders with `npm pack`; their versions become the latest. Name a package after those it depends on. */
  publish: (...folders: string[]) => void
  /** Publishes the latest version of a package once more with another number. */
  renumber: (name: string, version: string) => void
}

/**
 * A registry on this machine with the parts that `npm install`, `create` and `update` need. It lists only dependencies that were
 * published here; the modules of all others must be in a folder above the one that uses the package.
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
  const add = (name: string, filename: string, manifest: Manifest): void => {
    const own = Object.entries(manifest.dependencies ?? {}).filter(([one]) => packages.has(one))
    const hash = createHash('sha512').update(readFileSync(join(folder, filename)))
    packages.set(name, [
      ...(packages.get(name) ?? []),
      {
        ...manifest,
        dependencies: Object.fromEntries(own),
        dist: { tarball: `${origin}/${filename}`, integrity: `sha512-${hash.digest('base64')}` },
      },
    ])
  }
  return {
    origin,
    publish: (...sources) => {
      const args = ['pack', '--json', '--pack-destination', folder, ...sources]
      const packed = JSON.parse(execFileSync('npm', args, { encoding: 'utf8' })) as Packed[]
      for (const [at, { name, filename }] of packed.entries())
        add(name, filename, readManifest(sources[at] ?? ''))
    },
    renumber: (name, version) => {
      const latest = packages.get(name)?.at(-1)
      if (latest === undefined) throw new Error(`${name} was not published`)
      const next = join(folder, `${name}-${version}`)
      mkdirSync(next)
      execFileSync('tar', ['-xzf', join(folder, basename(latest.dist.tarball)), '-C', next])
      const inside = join(next, 'package')
      const manifest = { ...readManifest(inside), version }
      writeFileSync(join(inside, 'package.json'), JSON.stringify(manifest))
      const filename = `${name}-${version}.tgz`
      execFileSync('tar', ['-czf', join(folder, filename), '-C', next, 'package'])
      add(name, filename, manifest)
    },
  }
}

const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
