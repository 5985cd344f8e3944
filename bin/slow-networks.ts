import { getDefaultAutoSelectFamilyAttemptTimeout, setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net'

/** A lost packet is sent again after a second, and then takes its way. */
const EACH_ADDRESS_MS = 1_500

/**
 * Gives each address of a host that has several, such as one of IPv4 and one of IPv6, the time that a slow network takes. Node.js
 * gives up the first one after 250 ms, and where the machine has only that family, no call of it ever arrives. Counts for every
 * connection of the process: calls of Graph, alerts, the database server.
 */
export const allowSlowNetworks = (): void =>
  setDefaultAutoSelectFamilyAttemptTimeout(
    Math.max(EACH_ADDRESS_MS, getDefaultAutoSelectFamilyAttemptTimeout()),
  )
