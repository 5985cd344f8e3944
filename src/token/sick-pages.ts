import { BotError } from '../base/errors.ts'
import type { BootstrapOptions } from './bootstrap.ts'
import type { BootstrappedPage } from './finish.ts'
import type { ReachedPage } from './pages.ts'
import type { BootstrapStep } from './steps.ts'

/** The bootstrap for Pages whose tokens do not work: for one by name, for several as far as the user token reaches them. */
export const createSickPagesRepair =
  (
    bootstrap: (
      options: Pick<BootstrapOptions, 'userToken' | 'pageIds' | 'choose' | 'report'>,
    ) => Promise<BootstrappedPage[]>,
  ) =>
  (request: {
    userToken: string
    /** The Pages to mend; empty when none is known yet. */
    pageIds: string[]
    report: (step: BootstrapStep) => void
    /** Asked when the token reaches several Pages and none was named. */
    choose: (pages: { id: string; name: string }[]) => Promise<string[]>
  }): Promise<BootstrappedPage[]> => {
    const { userToken, pageIds, report, choose } = request
    return bootstrap({
      userToken,
      report,
      ...(pageIds.length === 1 && { pageIds }),
      choose: (listed) => (pageIds.length > 1 ? chooseSick(listed, pageIds) : choose(listed.map(toChoice))),
    })
  }

const chooseSick = async (listed: readonly ReachedPage[], pageIds: readonly string[]): Promise<string[]> => {
  const sick = listed.map(({ id }) => id).filter((id) => pageIds.includes(id))
  if (sick.length > 0) return sick
  throw new BotError('BOT_PAGE_NOT_FOUND', 'The user token reaches none of the Pages that need one.', {
    remedy: 'Make it as a person with a role on these Pages, and tick them in the dialog.',
  })
}

const toChoice = ({ id, name, unusable }: ReachedPage): { id: string; name: string } => ({
  id,
  name: `${name ?? 'unnamed'}${unusable === null ? '' : ', which cannot be used'}`,
})
