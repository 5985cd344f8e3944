import { html, type Html } from '../web/html.ts'
import { count } from '../web/words.ts'

const BAR = { width: 4, gap: 1 }
const HEIGHT = 44

/** Replies per minute as bars, the current minute at the right. */
export const plot = (perMinute: readonly number[]): Html => {
  const most = Math.max(...perMinute)
  const total = perMinute.reduce((sum, replies) => sum + replies, 0)
  const width = perMinute.length * (BAR.width + BAR.gap) - BAR.gap
  const words =
    total === 0
      ? 'No reply in the last hour'
      : `${count(total, 'reply', 'replies')} in the last hour, at most ${most} in a minute`
  return html`<figure class="plot">
    <svg viewBox="0 0 ${width} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${words}">
      ${perMinute.map((replies, minute) => bar(replies, minute, most))}
    </svg>
    <figcaption>${words}</figcaption>
  </figure>`
}

const bar = (replies: number, minute: number, most: number): Html => {
  // A bar of one reply must be visible even beside one of a thousand.
  const height = replies === 0 ? 1 : Math.max(4, Math.round((replies / most) * HEIGHT))
  return html`<rect
    x="${minute * (BAR.width + BAR.gap)}"
    y="${HEIGHT - height}"
    width="${BAR.width}"
    height="${height}"
    ${replies > 0 && html`class="some"`}
  />`
}
