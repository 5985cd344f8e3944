/** The address of a sticker's picture; Facebook's CDN has one for each. */
export const stickerUrl = (origin: string, stickerId: string): string =>
  `${origin}/pictures/stickers/${encodeURIComponent(stickerId)}.svg`

/** The address of the picture of a visitor, a person or a Page. */
export const portraitUrl = (origin: string, psid: string): string =>
  `${origin}/pictures/people/${encodeURIComponent(psid)}.svg`

/** The `picture` of a Page or a person, as a field. */
export const pictureOf = (origin: string, id: string): object => ({
  height: 50,
  is_silhouette: false,
  url: portraitUrl(origin, id),
  width: 50,
})
