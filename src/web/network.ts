import { isIPv6 } from 'node:net'

/**
 * One customer has a whole /64 of IPv6 addresses, so these count as one client. An IPv4 address in one of IPv6, as a server or a
 * translator writes it, is that IPv4 client: all of them stand in one /64.
 */
export const networkOf = (address: string): string => {
  // Some proxies tell the port, too, which is another one for each connection.
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

/** The eight numbers of an IPv6 address; it is one. */
const groupsOf = (address: string): number[] => {
  // Written in one way, and no IPv4 address at the end.
  const { hostname } = new URL(`http://[${address}]`)
  const [before = [], after = []] = hostname
    .slice(1, -1)
    .split('::')
    .map((part) => (part === '' ? [] : part.split(':')))
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16))
}
