// @ts-check
/** The menu of attachments: the sample photo, a file of this computer, or a file by its address. */

/** @import { VisitorAction } from '../api.ts' */
import { fill, h, httpUrl } from './dom.js'
import { icon } from './icons.js'

const KINDS = /** @type {const} */ (['image', 'audio', 'video', 'file'])

/**
 * @param {HTMLElement} root
 * @param {{ send: (action: VisitorAction) => void, sendFile: (file: File) => void }} deps
 */
export const fillAttach = (root, { send, sendFile }) => {
  const kind = h(
    'select',
    { id: 'attach-kind', 'aria-label': 'Kind' },
    ...KINDS.map((name) => h('option', {}, name)),
  )
  const url = h('input', {
    type: 'url',
    placeholder: 'https://…',
    'aria-label': 'Address',
    'data-testid': 'attach-url',
  })
  const submit = () => {
    const address = httpUrl(url.value)
    url.setCustomValidity(address === null ? 'An http or https address, please' : '')
    if (address === null) return void url.reportValidity()
    const type = KINDS.find((name) => name === kind.value) ?? 'file'
    url.value = ''
    send({ type: 'attachment', attachment: { type, url: address } })
  }
  const picker = h('input', {
    type: 'file',
    class: 'sr',
    'aria-label': 'A file of this computer',
    'data-testid': 'attach-file',
    onchange: () => {
      const file = picker.files?.[0]
      if (file !== undefined) sendFile(file)
      picker.value = ''
    },
  })
  url.addEventListener('input', () => url.setCustomValidity(''))
  url.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    submit()
  })
  fill(
    root,
    h(
      'button',
      {
        type: 'button',
        class: 'sample',
        'data-testid': 'sample-photo',
        onclick: () =>
          send({
            type: 'attachment',
            attachment: { type: 'image', url: new URL('sample-photo.svg', document.baseURI).href },
          }),
      },
      h('img', { src: 'sample-photo.svg', alt: '', width: 72, height: 48 }),
      'Send a sample photo',
    ),
    h(
      'label',
      { class: 'sample' },
      picker,
      h('span', { class: 'sample-icon' }, icon('file')),
      'Choose a file',
    ),
    h(
      'div',
      { class: 'attach-row' },
      kind,
      url,
      h('button', { type: 'button', class: 'button small', onclick: submit }, 'Send'),
    ),
  )
}
