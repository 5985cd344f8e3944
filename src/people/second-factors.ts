import type { Clock } from '../base/clock.ts'
import { OPERATOR } from '../web/password-check.ts'
import {
  findPerson,
  needPerson,
  refusedChange,
  type Kept,
  type KeptFactor,
  type KeptPeople,
} from './kept-people.ts'
import { appAddress, codePeriodOf, newSecret } from './one-time-codes.ts'
import type { Vault } from './secrets.ts'

/** The second factors of the people, the operator's among them. */
export interface SecondFactors {
  /** Whether a code of the person's authenticator app is right. Each code is accepted once. */
  passesSecondFactor: (name: string, code: string) => Promise<boolean>
  /** Makes a secret to show. It is not stored until a code confirms it. */
  proposeSecondFactor: (name: string) => Promise<{ secret: string; address: string }>
  /** A proposed secret in the form in which it is shown again. @throws BotError for a text that is no secret */
  secondFactorOf: (name: string, secret: string) => Promise<{ secret: string; address: string }>
  /**
   * Stores a proposed secret. @returns whether the code was right, so that the second factor is now needed. @throws BotError if
   * there is one already
   */
  keepSecondFactor: (name: string, secret: string, code: string) => Promise<boolean>
  dropSecondFactor: (name: string) => Promise<void>
}

export const createSecondFactors = (deps: {
  kept: KeptPeople
  vault: Vault
  /** Of OPERATOR_PASSWORD. */
  passwordMark: string
  clock: Pick<Clock, 'now'>
}): SecondFactors & { isDemandedOf: (name: string) => boolean } => {
  const { kept, vault, passwordMark, clock } = deps
  const factorOf = (among: Kept, name: string): KeptFactor | null =>
    (name === OPERATOR ? among.operator : findPerson(among, name)) ?? null
  const set = (draft: Kept, name: string, factor: KeptFactor): void => {
    if (name === OPERATOR) draft.operator = { ...factor, passwordMark }
    else Object.assign(needPerson(draft, name), factor)
  }

  return {
    isDemandedOf: (name) => hasSecret(factorOf(kept.known(), name)),

    passesSecondFactor: async (name, code) => {
      const factor = factorOf(kept.known(), name)
      const secret = hasSecret(factor) ? vault.unlock(factor.secret) : null
      if (factor === null || secret === null) return false
      const period = await codePeriodOf(secret, code, clock.now())
      if (period === null) return false
      return kept.change((draft) => {
        // The secret may have changed meanwhile, or the code was used on this or another instance.
        const latest = factorOf(draft, name)
        if (latest?.secret !== factor.secret || period <= latest.lastPeriod) return false
        latest.lastPeriod = period
        return true
      })
    },

    proposeSecondFactor: async (name) => {
      const secret = await newSecret()
      return { secret, address: await appAddress(secret, name) }
    },

    secondFactorOf: async (name, secret) => {
      if (!SECRET.test(secret)) throw refusedChange('That is no secret for an authenticator app.')
      return { secret, address: await appAddress(secret, name) }
    },

    keepSecondFactor: async (name, secret, code) => {
      const period = SECRET.test(secret) ? await codePeriodOf(secret, code, clock.now()) : null
      if (period === null) return false
      await kept.change((draft) => {
        // Replacing a second factor is refused, because giving one up needs its code.
        if (hasSecret(factorOf(draft, name)))
          throw refusedChange('There is a second factor already: give it up first.')
        set(draft, name, { secret: vault.lock(secret), lastPeriod: period })
      })
      return true
    },

    dropSecondFactor: (name) => kept.change((draft) => set(draft, name, { secret: null, lastPeriod: 0 })),
  }
}

/** 20 bytes in base32. */
const SECRET = /^[A-Z2-7]{32}$/

const hasSecret = (factor: KeptFactor | null): factor is KeptFactor & { secret: string } =>
  typeof factor?.secret === 'string'
