/** The address of the script's pages. */
export const SCRIPT = '/operator/script'
/** The address to which new replies and phrases are posted. */
export const REPLIES = `${SCRIPT}/replies`
export const TRY = `${SCRIPT}/try`
export const REPLY = `${SCRIPT}/reply`
export const TEXT = `${SCRIPT}/text`
export const VERSIONS = `${SCRIPT}/versions`

/** An address with its query; null values are left out. */
export const addressOf = (path: string, query: Readonly<Record<string, string | number | null>>): string => {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === null ? [] : [[name, String(value)] as [string, string]],
  )
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`
}

/** The name of a script in addresses; null for the main one. */
export const scriptKey = ({
  name,
  pageIds,
}: {
  name: string
  pageIds: readonly string[] | null
}): string | null => (pageIds === null ? null : name)
