import type { Log } from '../../base/logger.ts'
import { createListeners } from '../../base/listeners.ts'
import { Low } from 'lowdb'
import { systemClock, type Clock } from '../../base/clock.ts'
import { BotError } from '../../base/errors.ts'
import { placeInFolder, type TokenPlace } from './place.ts'
import { noTokens, type StoredPageToken, type StoredUserToken, type TokenData } from './records.ts'
import { createInTurn } from '../../base/in-turn.ts'

/** The tokens of this installation. Several processes may use the same place; none overwrites another's change. */
export interface TokenStore {
  /** As of the last change noticed. */
  pages: () => readonly StoredPageToken[]
  page: (pageId: string) => StoredPageToken | undefined
  users: () => readonly StoredUserToken[]
  /**
   * Adds or replaces tokens, all of them or none. Resolves when they would survive a power cut. A stored Page token with a later proof
   * than the given one stays.
   *
   * @throws BotError `BOT_STORE_UNAVAILABLE`, `BOT_TOKEN_STORE_UNREADABLE`, `BOT_TOKEN_KEY_WRONG`: nothing was changed then
   */
  save: (tokens: { pages?: readonly StoredPageToken[]; users?: readonly StoredUserToken[] }) => Promise<void>
  /** Stores the app's subscribed fields; does nothing when the Page has another token by now. */
  noteSubscription: (pageId: string, token: string, fields: readonly string[] | null) => Promise<void>
  /** Calls the listener after changes by this or another process. Looks for those from the first listener on. */
  onChange: (listener: () => void) => () => void
  close: () => Promise<void>
}

export interface TokenStoreOptions {
  /** Created, for the owner only, when it does not exist. */
  dir: string
  /** 32 bytes, see `toTokenKey`; null stores the tokens unencrypted. Unencrypted ones are encrypted when the store opens. */
  key: Buffer | null
  clock?: Pick<Clock, 'after'>
  log?: Pick<Log, 'warn'>
  /**
   * Called with the error when a change cannot be read until a person acts, and with null when it can be read again. The tokens known
   * before stay in use.
   */
  onUnreadable?: (error: BotError | null) => void
}

// A proof dated further ahead than this is from a wrong clock, and must not block later ones.
const CLOCK_DOUBT_MS = 10 * 60_000

/**
 * Interval between looks for another process's changes: a new token should be in use within a second. The data folder is not watched,
 * because the system would report each write of the database beside the token file.
 */
export const READ_AGAIN_EVERY_MS = 500

/** Opens the token store of a data folder. @throws BotError as {@link openTokenStore} */
export const createTokenStore = async ({ dir, key, ...rest }: TokenStoreOptions): Promise<TokenStore> =>
  openTokenStore({ place: placeInFolder(dir, key), ...rest })

/**
 * Opens the token store.
 *
 * @throws BotError `BOT_TOKEN_STORE_UNREADABLE` rather than starting over, `BOT_TOKEN_KEY_WRONG`, `BOT_STORE_UNAVAILABLE`
 */
export const openTokenStore = async ({
  place,
  clock = systemClock,
  log,
  onUnreadable,
}: Pick<TokenStoreOptions, 'clock' | 'log' | 'onUnreadable'> & {
  place: TokenPlace
}): Promise<TokenStore> => {
  const low = new Low<TokenData>(place.adapter, noTokens())
  try {
    await low.read()
    // A key that was set later also applies to the stored tokens.
    if (place.isExposed()) {
      await place.alone(async () => {
        await low.read()
        // Another process may have been faster.
        if (place.isExposed()) await low.write()
      })
    }
  } catch (error) {
    await place.close()
    throw error
  }

  const changes = createListeners()
  let cancelLook: (() => void) | undefined
  const inTurn = createInTurn()

  const announce = (before: TokenData): void => {
    if (JSON.stringify(before) === JSON.stringify(low.data)) return
    changes.tell()
  }

  /**
   * lowdb keeps its data when there is nothing to read; here, an empty place means that there are no tokens. Until all is read, the
   * tokens known before are in use.
   */
  const readAgain = async (): Promise<void> => {
    low.data = (await place.adapter.read()) ?? noTokens()
  }

  const change = (apply: (data: TokenData) => TokenData): Promise<void> =>
    inTurn(async () => {
      const before = low.data
      await place.alone(async () => {
        await readAgain()
        const read = low.data
        low.data = apply(read)
        try {
          if (low.data !== read) await low.write()
        } catch (error) {
          low.data = read
          throw error
        }
      })
      announce(before)
    })

  let trouble: string | undefined
  const refresh = (): void => {
    inTurn(async () => {
      // After trouble, the version that was read before it may be back.
      if (trouble === undefined && !(await place.changed())) return
      const before = low.data
      await readAgain()
      if (trouble !== undefined) onUnreadable?.(null)
      trouble = undefined
      announce(before)
    }).catch((error: unknown) => {
      // Checked twice a second, reported once.
      if (trouble === String(error)) return
      trouble = String(error)
      log?.warn({ err: error }, 'the tokens changed but cannot be read; those known before stay in use')
      // A database that does not answer comes back by itself, and is reported elsewhere.
      if (error instanceof BotError && !error.retryable) onUnreadable?.(error)
    })
  }

  const look = (): void => {
    refresh()
    cancelLook = clock.after(READ_AGAIN_EVERY_MS, look)
  }

  return {
    pages: () => low.data.pages,
    page: (pageId) => low.data.pages.find((page) => page.pageId === pageId),
    users: () => low.data.users,

    save: ({ pages = [], users = [] }) =>
      change((data) => ({
        ...data,
        pages: pages.reduce(putPage, data.pages),
        users: users.reduce(putUser, data.users),
      })),

    noteSubscription: (pageId, token, fields) =>
      change((data) => {
        const page = data.pages.find((known) => known.pageId === pageId && known.token === token)
        if (!page) return data
        const noted = { ...page, subscribedFields: fields === null ? null : [...fields] }
        return { ...data, pages: data.pages.map((known) => (known === page ? noted : known)) }
      }),

    onChange: (listener) => {
      const stop = changes.add(listener)
      // A version may have been written since the store was opened.
      if (cancelLook === undefined) look()
      else refresh()
      return stop
    },

    close: async () => {
      cancelLook?.()
      changes.clear()
      await inTurn(() => undefined)
      await place.close()
    },
  }
}

const putPage = (pages: StoredPageToken[], page: StoredPageToken): StoredPageToken[] => {
  const known = pages.find(({ pageId }) => pageId === page.pageId)
  const isLate = known !== undefined && known.provedAtMs > page.provedAtMs
  if (isLate && known.provedAtMs - page.provedAtMs < CLOCK_DOUBT_MS) return pages
  // A file that was edited by hand may hold a Page twice.
  return [...pages.filter(({ pageId }) => pageId !== page.pageId), page]
}

const putUser = (users: StoredUserToken[], user: StoredUserToken): StoredUserToken[] => [
  ...users.filter(({ userId }) => userId !== user.userId),
  user,
]
