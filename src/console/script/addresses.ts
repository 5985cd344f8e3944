/** Where the pages of the script are. */
export const SCRIPT = '/operator/script'
/** Where new replies and phrases are posted. */
export const REPLIES = `${SCRIPT}/replies`
export const TRY = `${SCRIPT}/try`
export const REPLY = `${SCRIPT}/reply`
export const TEXT = `${SCRIPT}/text`
export const VERSIONS = `${SCRIPT}/versions`

/** An address with its query; what is null is left out. */
export const addressOf = (path: string, query: Readonly<Record<string, string | number | null>>): string => {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === null ? [] : [[name, String(value)] as [string, string]],
  )
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`
}

/** How a script is called in addresses; null for the main one. */
export const scriptKey = ({
  name,
  pageIds,
}: {
  name: string
  pageIds: readonly string[] | null
}): string | null => (pageIds === null ? null : name)
