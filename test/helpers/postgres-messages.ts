/** Messages between a client and a PostgreSQL server, whole again: a letter, the length of the rest, the rest. */
export type MessageReader = (data: Buffer) => PostgresMessage[]

export interface PostgresMessage {
  /** Empty for the first message of a client, which has none. */
  kind: string
  /** All of it, to be passed on. */
  bytes: Buffer
}

/** @param isClients - the first message of a client has no letter */
export const readMessages = (isClients: boolean): MessageReader => {
  let rest: Buffer = Buffer.alloc(0)
  let isFirst = isClients
  return (data) => {
    rest = Buffer.concat([rest, data])
    const messages: PostgresMessage[] = []
    for (;;) {
      const letters = isFirst ? 0 : 1
      if (rest.length < letters + 4) return messages
      const length = letters + rest.readUInt32BE(letters)
      if (rest.length < length) return messages
      messages.push({ kind: rest.toString('latin1', 0, letters), bytes: rest.subarray(0, length) })
      rest = rest.subarray(length)
      isFirst = false
    }
  }
}

/** The texts that a message begins with, each ended by a zero byte. */
export const textsOf = ({ bytes }: PostgresMessage): string[] => bytes.toString('utf8', 5).split('\0')
