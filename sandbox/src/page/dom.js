// @ts-check
/**
 * Builds the page out of elements and text nodes. No text of a visitor, a bot or a call is ever parsed as HTML, and an address
 * only becomes a link or an image when it is plain http(s).
 */

/** @typedef {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} Props */
/** @typedef {Node | string | null | undefined | false} Child */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Props} [props] attributes; `on...` functions are listeners, `true` is an empty attribute, `null` and `false` are left out
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export const h = (tag, props = {}, ...children) => {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value)
    else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : String(value))
    }
  }
  element.append(...children.filter(isShown))
  return element
}

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
export const byId = (id) => {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`index.html has no #${id}`)
  return found
}

/**
 * @param {Element} element
 * @param {...Child} children
 */
export const fill = (element, ...children) => element.replaceChildren(...children.filter(isShown))

/**
 * Fills a list without removing the rows that stay, so that focus, selection and playing media survive.
 *
 * @param {HTMLElement} list
 * @param {HTMLElement[]} items
 */
export const arrange = (list, items) => {
  const wanted = new Set(items)
  for (const child of Array.from(list.children)) {
    if (!wanted.has(/** @type {HTMLElement} */ (child))) child.remove()
  }
  for (const [at, item] of items.entries()) {
    if (list.children[at] !== item) list.insertBefore(item, list.children[at] ?? null)
  }
}

/**
 * The address if a browser may follow it, else null: `javascript:`, `data:` and the like never become links.
 *
 * @param {unknown} value
 * @returns {string | null}
 */
export const httpUrl = (value) => {
  if (typeof value !== 'string' || !/^https?:\/\//i.test(value.trim())) return null
  try {
    return new URL(value.trim()).href
  } catch {
    return null
  }
}

/**
 * A link to elsewhere, or plain text where the address is not one to follow.
 *
 * @param {unknown} url
 * @param {Props} props
 * @param {...Child} children
 */
export const link = (url, props, ...children) => {
  const href = httpUrl(url)
  if (href === null)
    return h('span', { ...props, title: 'This address is not http(s) and is not followed.' }, ...children)
  return h('a', { ...props, href, target: '_blank', rel: 'noopener noreferrer nofollow' }, ...children)
}

/**
 * Text with its http(s) addresses made links; everything else stays letters.
 *
 * @param {string} text
 * @returns {Child[]}
 */
export const linkified = (text) =>
  text
    .split(/(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]}])/gi)
    .map((part, at) => (at % 2 === 1 ? link(part, {}, part) : part))

/**
 * Opens and closes a panel with its button: Escape and a click elsewhere close it, focus returns to the button.
 *
 * @param {HTMLElement} button
 * @param {HTMLElement} panel
 */
export const disclose = (button, panel) => {
  const set = (/** @type {boolean} */ open) => {
    panel.hidden = !open
    button.setAttribute('aria-expanded', String(open))
  }
  const close = () => {
    if (panel.hidden) return
    const hadFocus = panel.contains(document.activeElement)
    set(false)
    if (hadFocus) button.focus()
  }
  set(false)
  button.setAttribute('aria-controls', panel.id)
  button.addEventListener('click', () => {
    set(panel.hidden !== false)
    if (!panel.hidden) focusFirst(panel, 'button, input, a')
  })
  for (const place of [button, panel]) {
    place.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') close()
    })
  }
  document.addEventListener('pointerdown', (event) => {
    const target = /** @type {Node} */ (event.target)
    if (!panel.contains(target) && !button.contains(target)) close()
  })
  return { close }
}

/**
 * @param {ParentNode} within
 * @param {string} selector
 */
export const focusFirst = (within, selector) => {
  const found = within.querySelector(selector)
  if (found instanceof HTMLElement) found.focus()
}

/**
 * @param {Child} child
 * @returns {child is Node | string}
 */
const isShown = (child) => child instanceof Node || (typeof child === 'string' && child !== '')
