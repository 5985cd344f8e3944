import type { ReachedPage } from './pages.ts'
import { refusals } from './refusals.ts'
import { nameOfPage, type RunStep } from './steps.ts'

/** The Pages wanted. With nothing of this the token must reach exactly one. */
export interface PageChoice {
  pageIds?: readonly string[]
  all?: boolean
  /** Asked when the token reaches several Pages and none was named; resolves with the ids of the chosen ones. */
  choose?: (pages: ReachedPage[]) => Promise<string[]>
}

/**
 * Chooses the Pages of a bootstrap. A Page that was not named and cannot be used is skipped and reported, so that the others go on.
 *
 * @throws BotError `BOT_PAGE_NOT_FOUND`, `BOT_PAGE_CHOICE_NEEDED`
 */
export const choosePages = async (
  options: PageChoice,
  step: RunStep,
  listed: ReachedPage[],
): Promise<string[]> => {
  if (options.pageIds?.length) return [...new Set(options.pageIds)]
  if (listed.length === 0) throw refusals.noPage()
  const usable = listed.filter((page) => page.unusable === null)
  const [only] = usable
  const wanted =
    options.all || listed.length === 1 || only === undefined || (usable.length === 1 && !options.choose)
      ? listed
      : await chosen(options, listed)
  const taken = wanted.filter((page) => page.unusable === null)
  // If none can be used, the proof of the first one reports the reason.
  if (taken.length === 0) return wanted.slice(0, 1).map(({ id }) => id)
  for (const page of wanted) {
    if (page.unusable === null) continue
    const text = `${nameOfPage(page)} (${page.id}) left out: ${page.unusable}`
    await step({
      name: 'list',
      doing: text,
      task: () => Promise.resolve(),
      done: () => ({ warned: text }),
      pageId: page.id,
    })
  }
  return taken.map(({ id }) => id)
}

const chosen = async ({ choose }: PageChoice, listed: ReachedPage[]): Promise<ReachedPage[]> => {
  if (!choose) throw refusals.choiceNeeded(listed)
  const ids = new Set(await choose(listed))
  const known = listed.filter(({ id }) => ids.has(id))
  if (known.length === 0) throw refusals.noPageChosen()
  return known
}
