// @ts-check
/** The icons, as the lines of a 24 by 24 drawing. Drawn as elements: an external sprite is refused by some browsers under our policy. */

const FILLED = new Set(['thumb', 'delivered'])

const PATHS = {
  send: 'M4.5 12 3.3 4.8c-.2-1 .8-1.7 1.7-1.3l15.3 7.4c.9.4.9 1.7 0 2.2L5 20.5c-.9.4-1.9-.4-1.7-1.3L4.5 12Zm0 0h7.5',
  thumb:
    'M2 11.5A1.5 1.5 0 0 1 3.5 10h2A1.5 1.5 0 0 1 7 11.5v8A1.5 1.5 0 0 1 5.5 21h-2A1.5 1.5 0 0 1 2 19.5v-8Zm6.5 8.2v-8c0-.6.2-1.1.5-1.6l3.6-5.6c.2-.4.3-.8.3-1.2V2.6c0-.7.6-1.2 1.3-1.1 1.6.3 2.7 1.7 2.7 3.3v.6c0 .6-.1 1.2-.4 1.7L15.6 9h4.1a2.3 2.3 0 0 1 1.5 4 2.3 2.3 0 0 1-.6 3.8 2.3 2.3 0 0 1-1.2 3.3 2.3 2.3 0 0 1-2.2 2.4h-4.7c-1.1 0-2.1-.3-3-.9l-.4-.3c-.4-.3-.6-.9-.6-1.6Z',
  menu: 'M4 7h16M4 12h16M4 17h16',
  smile:
    'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8.5 14.2c.8 1.2 2 1.8 3.5 1.8s2.7-.6 3.5-1.8M9 9.8v.1M15 9.8v.1',
  plus: 'M12 5v14M5 12h14',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  delivered:
    'M12 21.5a9.5 9.5 0 1 0 0-19 9.5 9.5 0 0 0 0 19Zm4.6-11.2a1.1 1.1 0 0 0-1.6-1.5l-4.2 4.3-1.8-1.8a1.1 1.1 0 0 0-1.5 1.6l2.5 2.5c.4.4 1.1.4 1.6 0l5-5.1Z',
  clock: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 7.5V12l3 2',
  alert:
    'M12 9v4.5M12 17v.1M10.5 4.3 2.8 17.6A1.7 1.7 0 0 0 4.3 20h15.4c1.3 0 2.1-1.4 1.5-2.4L13.5 4.3a1.7 1.7 0 0 0-3 0Z',
  copy: 'M9 9V5.5A1.5 1.5 0 0 1 10.5 4h8A1.5 1.5 0 0 1 20 5.5v8a1.5 1.5 0 0 1-1.5 1.5H15M5.5 9h8a1.5 1.5 0 0 1 1.5 1.5v8a1.5 1.5 0 0 1-1.5 1.5h-8A1.5 1.5 0 0 1 4 18.5v-8A1.5 1.5 0 0 1 5.5 9Z',
  key: 'M15 14.5a5.5 5.5 0 1 0-5.3-4L3.5 16.7V20.5h3.8v-2.3h2.3v-2.3l2-2c1 .4 2.2.6 3.4.6ZM16 8.5v.1',
  refresh: 'M20 11.5A8 8 0 0 0 5.6 7.3L4 9M4 4.5V9h4.5M4 12.5a8 8 0 0 0 14.4 4.2L20 15M20 19.5V15h-4.5',
  in: 'M19 5 6 18M6 8v10h10',
  out: 'M5 19 18 6M8 6h10v10',
  pause: 'M9 5.5v13M15 5.5v13',
  play: 'M7.5 5.2v13.6c0 .8.9 1.3 1.6.8l9.7-6.8c.6-.4.6-1.2 0-1.6L9.1 4.4c-.7-.5-1.6 0-1.6.8Z',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Zm4.7-1.8L20.5 20.5',
  down: 'm6 9.5 6 6 6-6',
  left: 'm14.5 6-6 6 6 6',
  right: 'm9.5 6 6 6-6 6',
  close: 'M6 6l12 12M18 6 6 18',
  chat: 'M12 3.5c-5 0-8.5 3.4-8.5 7.9 0 2.5 1.1 4.6 2.9 6v3.1l3-1.6c.8.2 1.7.3 2.6.3 5 0 8.5-3.4 8.5-7.8S17 3.5 12 3.5Z',
  bolt: 'M13 2.8 4.8 13.4c-.3.4 0 .9.4.9H11l-1 7 8.2-10.7c.3-.4 0-.9-.4-.9H12l1-6.9Z',
  pulse: 'M2.5 12.5h4l2.5-7 5 13 2.5-6h5',
  compass: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm3.8-12.8-2 5.6-5.6 2 2-5.6 5.6-2Z',
  image:
    'M5.5 4.5h13a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2v-11a2 2 0 0 1 2-2ZM4 17l5-5 4 4 2.5-2.5L20 17.5M15.5 9v.1',
  file: 'M13.5 3.5H7A1.5 1.5 0 0 0 5.5 5v14A1.5 1.5 0 0 0 7 20.5h10a1.5 1.5 0 0 0 1.5-1.5V8.5l-5-5Zm0 0v5h5',
  audio: 'M4 10v4M8 6.5v11M12 9v6M16 4.5v15M20 10v4',
  video:
    'M4.5 6h9A1.5 1.5 0 0 1 15 7.5v9a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 3 16.5v-9A1.5 1.5 0 0 1 4.5 6ZM15 10.5l6-3v9l-6-3',
  link: 'M9.5 14.5l5-5M11 6.5l1.3-1.3a4.5 4.5 0 0 1 6.4 6.4L17.5 13M13 17.5l-1.3 1.3a4.5 4.5 0 0 1-6.4-6.4L6.5 11',
  external:
    'M13.5 4.5h6v6M19.5 4.5l-8 8M17.5 13.5V18a1.5 1.5 0 0 1-1.5 1.5H6A1.5 1.5 0 0 1 4.5 18V8A1.5 1.5 0 0 1 6 6.5h4.5',
  lock: 'M7.5 10.5h9a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2h-9a2 2 0 0 1-2-2v-6a2 2 0 0 1 2-2ZM8.5 10.5V7.5a3.5 3.5 0 0 1 7 0v3',
  unplug: 'M9 3.5v4M15 3.5v4M6.5 7.5h11v4a5.5 5.5 0 0 1-11 0v-4ZM12 17v4',
  userx:
    'M10 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM2.5 20.5c.6-3.7 3.6-6 7.5-6 1.6 0 3 .4 4.2 1.1M16.5 16.5l5 5M21.5 16.5l-5 5',
  leaf: 'M5 19.5c0-9 4.5-14.5 15-15 .5 10.5-4.5 15-11.5 15-1.3 0-2.5-.3-3.5-.8M5 20.5c1.5-5 4.5-8.5 9-10.5',
  cloud: 'M7 18.5a4.5 4.5 0 0 1-.6-9A6 6 0 0 1 18 10.8a3.9 3.9 0 0 1-.5 7.7H7Z',
}

/** @typedef {keyof typeof PATHS} IconName */

const SVG = 'http://www.w3.org/2000/svg'

/**
 * Decoration only: the words beside it, or the label of the button around it, say what it means.
 *
 * @param {IconName} name
 * @returns {SVGSVGElement}
 */
export const icon = (name) => {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('class', FILLED.has(name) ? 'icon filled' : 'icon')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(SVG, 'path')
  path.setAttribute('d', PATHS[name])
  svg.append(path)
  return svg
}
