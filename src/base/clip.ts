/** @returns at most the first `most` UTF-16 units, without half of a character (such as an emoji) at the end */
export const clip = (text: string, most: number): string =>
  text.slice(0, most).replace(/[\ud800-\udbff]$/, '')

/** As {@link clip}, with an ellipsis at the end if the text was cut; the ellipsis counts towards `most`. */
export const clipped = (text: string, most: number): string =>
  text.length <= most ? text : `${clip(text, Math.max(0, most - 1))}…`
