import type { Call } from './call.ts'
import { GraphFailure } from './failure.ts'

/**
 * Refuses parameters that Graph removed from every version on 2026-10-27 (docs/messenger-platform.md#a). The answer to `/?ids=`
 * is recorded, including its status 500. `date_format` is known to be refused; its words here are those of `ids`.
 */
export const refuseRetired = ({ path, params }: Call): void => {
  if (path.length === 0 && params['ids'] !== undefined) throw retired('ids')
  if (params['date_format'] !== undefined) throw retired('date_format')
}

const retired = (name: string) =>
  new GraphFailure(
    {
      message: `The ${name} query parameter is deprecated in v26.0+.`,
      type: 'FacebookApiException',
      code: 100,
    },
    { status: 500 },
  )
