import { encode } from 'uqr'
import { html, type Html } from '../web/html.ts'

/** A text as a QR code. It is dark on light in both colour schemes, because not every camera reads inverted codes. */
export const qrCode = (text: string, about: string): Html => {
  const { data, size } = encode(text, { border: 2 })
  const squares = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x},${y}h1v1h-1z`] : [])))
  return html`<svg class="qr" role="img" aria-label="${about}" viewBox="0 0 ${size} ${size}">
    <rect width="${size}" height="${size}" fill="#fff" />
    <path d="${squares.join('')}" fill="#000" />
  </svg>`
}
