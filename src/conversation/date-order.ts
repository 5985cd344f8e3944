/** The unit of the first number in `5/3`. */
export type DateOrder = 'day' | 'month'

/** Regions with the month first in English; the next list has regions with both orders. */
const MONTH_FIRST = new Set(['US', 'PR', 'VI', 'GU', 'AS', 'MP', 'PH'])
const BOTH = new Set(['CA'])

/**
 * The orders in which visitors of a script write numbers of day and month: by the region of its English, or that of its time
 * zone. Both orders, if both are usual or neither region is known.
 */
export const ordersOf = ({
  timeZone,
  languages,
}: {
  timeZone: string
  languages: readonly string[]
}): DateOrder[] => {
  const orders = languages.flatMap((tag): DateOrder[] => {
    const [language, region = regionOf(timeZone)] = tag.split('_')
    if (language !== 'en') return ['day']
    if (region === undefined ? timeZone === 'UTC' : BOTH.has(region)) return ['day', 'month']
    return region !== undefined && MONTH_FIRST.has(region) ? ['month'] : ['day']
  })
  return [...new Set(orders)]
}

/** Of those above. */
const regionOf = (timeZone: string): string | undefined => {
  regions ??= new Map(
    [...MONTH_FIRST, ...BOTH].flatMap((region) =>
      zonesOf(region).map((zone): [string, string] => [zone, region]),
    ),
  )
  return regions.get(timeZone)
}

/** As ICU has them. The method is not among TypeScript's types yet. */
const zonesOf = (region: string): string[] =>
  (new Intl.Locale('und', { region }) as Intl.Locale & { getTimeZones: () => string[] }).getTimeZones()

let regions: ReadonlyMap<string, string> | undefined
