// @ts-check
/** Runs in the browser, put there by the tests: what an eye would object to. */

/** @typedef {[number, number, number, number]} Colour */

const LEAST_CONTRAST = 4.5

/**
 * What is wider than the window, also when it is unfolded, and is neither scrolled nor cut off inside something narrower.
 *
 * @returns {string[]}
 */
const sticksOut = () => {
  const folded = document.querySelectorAll('details:not([open])')
  // What is folded keeps the boxes of the window in which it was last laid out.
  for (const details of folded) details.toggleAttribute('open', true)
  try {
    return tooWide()
  } finally {
    for (const details of folded) details.toggleAttribute('open', false)
  }
}

/** @returns {string[]} */
const tooWide = () => {
  const width = document.documentElement.clientWidth
  const wide = [...document.querySelectorAll('body *:not(.skip, .sr, .sr *)')].filter((element) => {
    const box = element.getBoundingClientRect()
    return box.width > 0 && (box.right > width + 1 || box.left < -1) && !isHeld(element.parentElement)
  })
  const own = document.documentElement.scrollWidth
  return [...(own > width ? [`the page is ${own} wide`] : []), ...wide.map(nameOf)]
}

/**
 * Texts whose contrast is too low (WCAG AA). Of a gradient, the worst of its colours counts.
 *
 * @returns {string[]}
 */
const faint = () => {
  const spoken = [...document.querySelectorAll('body *')].filter(
    (element) =>
      [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== '',
      ) &&
      element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
      !element.matches('.sr, .sr *, .skip, [aria-hidden="true"], [aria-hidden="true"] *'),
  )
  return spoken.flatMap((element) => {
    const ink = read(getComputedStyle(element).color)
    const worst = Math.min(
      ...grounds(element).map((under) => contrast(light(over(ink, under)), light(under))),
    )
    return worst < LEAST_CONTRAST ? [`${worst.toFixed(2)} ${nameOf(element)} ${element.textContent}`] : []
  })
}

const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve))

/** Resolves when the page is drawn in the colours and size that were set last, and nothing fades or moves any more. */
const still = async () => {
  await nextFrame()
  await nextFrame()
  await Promise.allSettled(document.getAnimations().map(({ finished }) => finished))
}

/** @param {Element} element */
const nameOf = (element) => `${element.tagName.toLowerCase()}.${element.className}`

/**
 * @param {Element | null} element
 * @returns {boolean}
 */
const isHeld = (element) =>
  element !== null &&
  element !== document.body &&
  (getComputedStyle(element).overflowX !== 'visible' || isHeld(element.parentElement))

/**
 * The colours that may lie behind an element.
 *
 * @param {Element | null} element
 * @returns {Colour[]}
 */
const grounds = (element) => {
  if (element === null) return [[255, 255, 255, 1]]
  const { backgroundColor, backgroundImage } = getComputedStyle(element)
  const stops = backgroundImage.match(/(?:rgba?|hsla?|color)\([^)]*\)/g) ?? [backgroundColor]
  const own = stops.map(read)
  if (own.every((colour) => colour[3] === 1)) return own
  const below = grounds(element.parentElement)
  return own.flatMap((colour) => below.map((under) => over(colour, under)))
}

const brush = document.createElement('canvas').getContext('2d', { willReadFrequently: true })

/**
 * @param {string} css
 * @returns {Colour}
 */
const read = (css) => {
  const known = colours.get(css)
  if (known !== undefined) return known
  const colour = draw(css)
  colours.set(css, colour)
  return colour
}

/** @type {Map<string, Colour>} */
const colours = new Map()

/**
 * @param {string} css
 * @returns {Colour}
 */
const draw = (css) => {
  if (brush === null) throw new Error('no canvas to read colours with')
  brush.clearRect(0, 0, 1, 1)
  brush.fillStyle = css
  brush.fillRect(0, 0, 1, 1)
  const [r = 0, g = 0, b = 0, a = 0] = brush.getImageData(0, 0, 1, 1).data
  return [r, g, b, a / 255]
}

/**
 * @param {Colour} top
 * @param {Colour} under
 * @returns {Colour}
 */
const over = ([r, g, b, a], under) => [mix(r, under[0], a), mix(g, under[1], a), mix(b, under[2], a), 1]

/** @type {(top: number, under: number, share: number) => number} */
const mix = (top, under, share) => top * share + under * (1 - share)

/** @param {Colour} colour */
const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)

/** @param {number} value */
const linear = (value) => (value <= 10.31475 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4)

/** @type {(a: number, b: number) => number} */
const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)

Object.assign(globalThis, { audit: { sticksOut, faint, still } })
