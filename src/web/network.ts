import { isIPv6 } from 'node:net'

/**
 * The network whose failures are counted together. One customer has a whole /64 of IPv6 addresses, so these count as one client.
 * An IPv4 address inside an IPv6 address (mapped or translated) counts as that IPv4 address, because all of them are in one /64.
 */
export const networkOf = (address: string): string => {
  // Some proxies add the port, which differs for each connection.
  const alone = address.replace(/^\[(.*)\](:\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1')
  const plain = alone.replace(/%.*$/, '')
  if (!isIPv6(plain)) return plain
  const groups = groupsOf(plain)
  const last = groups.slice(6)
  if (IPV4_WITHIN.has(groups.slice(0, 6).join(':')))
    return last.flatMap((group) => [group >> 8, group & 0xff]).join('.')
  return groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')
}

/** IPv4-mapped (RFC 4291), and translated between the two (RFC 6052), in decimal. */
const IPV4_WITHIN: ReadonlySet<string> = new Set(['0:0:0:0:0:65535', '100:65435:0:0:0:0'])

/** The eight numbers of a valid IPv6 address. */
const groupsOf = (address: string): number[] => {
  // `URL` normalises the address, also one with an IPv4 address at its end.
  const { hostname } = new URL(`http://[${address}]`)
  const [before = [], after = []] = hostname
    .slice(1, -1)
    .split('::')
    .map((part) => (part === '' ? [] : part.split(':')))
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16))
}
