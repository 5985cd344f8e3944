import type { Config } from '../../base/settings.ts'
import { createPostAlert } from './post.ts'
import { receiversIn } from './receivers.ts'
import type { Alert, RetryingChannelDeps } from './retrying-channel.ts'

/** A channel that is switched on. */
export interface OpenChannel extends Alert {
  /** Name in the console. */
  name: string
  /** What the operator should check when the channel does not take an alert. */
  check: string
}

type Deps = Pick<RetryingChannelDeps, 'clock' | 'log'>

/** Opens every channel whose settings are all set. */
export const openChannels = async (config: Config, deps: Deps): Promise<OpenChannel[]> => {
  const posting = receiversIn(config).map(({ name, settings, check, post }): OpenChannel => {
    const see = settings.join(' and ')
    return {
      name,
      check: `${see}: ${check}`,
      ...createPostAlert({
        ...deps,
        proxies: config,
        complaint: `an alert could not be delivered; check ${see}`,
        write: (notice) => post(config, notice),
      }),
    }
  })
  const mail = await openMail(config, deps)
  return mail === null ? posting : [...posting, mail]
}

const openMail = async (config: Config, deps: Deps): Promise<OpenChannel | null> => {
  const { SMTP_URL: smtpUrl, ALERT_MAIL_TO: to, ALERT_MAIL_FROM: from } = config
  if (smtpUrl === undefined || to === undefined) return null
  // The mailer takes 50 ms to load, and most starts need none.
  const { createMailAlert } = await import('./mail.ts')
  const check = 'SMTP_URL, ALERT_MAIL_TO and ALERT_MAIL_FROM'
  return { name: 'e-mail', check, ...createMailAlert({ smtpUrl, to, from, ...deps }) }
}
