import type { Outcome } from './run.ts'

/** Everything that is wrong with an outcome, one sentence each. */
export const wrongsOf = ({ owed, delivered, dead, refused, left, needs, wrongs }: Outcome): string[] => {
  const found = [...wrongs]
  if (left.inbox > 0) found.push(`${left.inbox} events were never handled`)
  for (const [pageId, count] of left.outbox) found.push(`${count} replies of ${pageId} were never sent`)
  if (needs > 0) found.push(`${needs} needs were never settled`)
  for (const [conversation, labels] of byConversation(owed)) {
    const got = (delivered.get(conversation) ?? []).map(({ label }) => label)
    const buried = dead.filter(({ label }) => labels.includes(label))
    for (const label of labels) {
      const times = got.filter((one) => one === label).length
      const deaths = buried.filter((one) => one.label === label).length
      if (times + deaths !== 1) found.push(`${label} was delivered ${times} times and buried ${deaths} times`)
    }
    const wanted = labels.filter((label) => !buried.some((one) => one.label === label))
    if (got.join() !== wanted.join())
      found.push(`${conversation} got ${got.join(' ')}, not ${wanted.join(' ')}`)
    for (const { label, reason, closed } of buried) {
      if (refused.has(`${label} ${reason}`) || (reason === 'outside_window' && closed)) continue
      found.push(`${label} was buried as ${reason} without a reason`)
    }
  }
  return found
}

const byConversation = (owed: Outcome['owed']): Map<string, string[]> => {
  const found = new Map<string, string[]>()
  for (const { conversation, labels } of owed) {
    found.set(conversation, [...(found.get(conversation) ?? []), ...labels])
  }
  return found
}
