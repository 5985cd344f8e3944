const SPAN = /^(\d{2}):(\d{2})-(\d{2}):(\d{2})$/

/** Whether a moment lies in quiet hours such as `22:00-07:00`, by this machine's clock; false without quiet hours. */
export const isQuietAt = (hours: string | undefined, atMs: number): boolean => {
  const [, fromHour, fromMinute, toHour, toMinute] = SPAN.exec(hours ?? '') ?? []
  if (fromHour === undefined) return false
  const from = Number(fromHour) * 60 + Number(fromMinute)
  const to = Number(toHour) * 60 + Number(toMinute)
  const date = new Date(atMs)
  const now = date.getHours() * 60 + date.getMinutes()
  return from <= to ? now >= from && now < to : now >= from || now < to
}
