export const stickerUrl = (stickerId: string): string =>
  `https://scontent.example/stickers/${encodeURIComponent(stickerId)}.png`
