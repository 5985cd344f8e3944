import { createHmac, hash } from 'node:crypto'

export const APP_SECRET = 'bench-secret'
/** Many Pages, so that the pace for one Page does not limit the result. */
export const PAGE_IDS = Array.from({ length: 40 }, (_, n) => String(100_000_000_000_000 + n))

export interface RequestPlan {
  count: number
  /** Visitors take turns. */
  conversations: number
  /** The number of the first conversation; 0 by default. */
  first?: number
  /** The number of Pages they write to; all by default. */
  pages?: number
  /** Makes the mids of this plan different from any other's. */
  run: string
}

/**
 * More towns than the bot remembers texts of a visitor: equal texts, or texts that differ only in a number, are taken for another
 * bot's.
 */
const TOWNS =
  'antwerp,basel,cork,dresden,essen,florence,ghent,hull,ipswich,jena,kiel,lyon,malmo,nice,oslo,porto,quimper,riga,siena,turin,utrecht,vigo,wells,york,zagreb,bergen,cadiz,derby,elche,fulda'.split(
    ',',
  )

/** Callbacks as Facebook sends them, one message each, signed, as raw HTTP/1.1 requests ready to be written. */
export const makeRequests = ({
  count,
  conversations,
  run,
  first = 0,
  pages = PAGE_IDS.length,
}: RequestPlan): Buffer[] =>
  Array.from({ length: count }, (_, n) => {
    const conversation = first + (n % conversations)
    const pageId = PAGE_IDS[conversation % pages]
    const body = JSON.stringify({
      object: 'page',
      entry: [
        {
          id: pageId,
          time: Date.now(),
          messaging: [
            {
              sender: { id: psidOf(conversation) },
              recipient: { id: pageId },
              timestamp: Date.now(),
              message: {
                mid: midOf(`${run}${n}`),
                text: `When are you open on day ${n} of ${TOWNS[Math.floor(n / conversations) % TOWNS.length]}?`,
              },
            },
          ],
        },
      ],
    })
    const signature = createHmac('sha256', APP_SECRET).update(body).digest('hex')
    return Buffer.from(
      `POST /webhook HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n` +
        `x-hub-signature-256: sha256=${signature}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
  })

export const psidOf = (conversation: number): string => String(7_000_000_000_000_000 + conversation)

/** The conversation a PSID of {@link psidOf} belongs to. */
export const conversationOf = (psid: string): number => Number(psid) - 7_000_000_000_000_000

// Facebook's mids are about a hundred characters long, and come in no order.
const midOf = (seed: string): string => `m_${hash('sha512', seed, 'base64url')}`
