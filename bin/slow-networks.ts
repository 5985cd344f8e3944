import { getDefaultAutoSelectFamilyAttemptTimeout, setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net'

/** The system sends a lost packet again after one second; the rest is time for the answer. */
const EACH_ADDRESS_MS = 1_500

/**
 * Gives each address of a host that has several, such as one of IPv4 and one of IPv6, the time that a slow network needs. By default
 * Node.js gives up the first one after 250 ms; if the machine has only that family, no call succeeds. Applies to every connection of
 * the process: Graph, alerts, the database server.
 */
export const allowSlowNetworks = (): void =>
  setDefaultAutoSelectFamilyAttemptTimeout(
    Math.max(EACH_ADDRESS_MS, getDefaultAutoSelectFamilyAttemptTimeout()),
  )
