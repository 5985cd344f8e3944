/*
 * Keeps the values that a form with `data-typed` sent in this tab. If the session had ended, if the bot refused the form, or if it gave no
 * answer, the same form is filled in again when it is next shown to the same person. The attribute has the address of the form's page, if the page that is shown after sending has another address.
 * Before typed text is left that was not sent, the browser asks: not every browser puts it back when its page is shown again.
 */

const SENT = 'evergreen.sent'
const LOST = 'evergreen.lost'
/** The name of the signed-in person; undefined on pages that need no sign-in. */
const { person } = document.body.dataset
/** Fields that the server sets anew in each form, so they neither identify a form nor hold typed text. */
const PASSING = new Set(['_csrf', 'id'])
/** Fields that name the version the typed text was based on; by them saving detects another person's change. */
const MADE_FROM = new Set(['version', 'draft'])

const inputsOf = (form) =>
  [...form.querySelectorAll('input[name], textarea[name]')].filter(({ name }) => !PASSING.has(name))

const isTyped = ({ name, type }) => type !== 'hidden' || MADE_FROM.has(name)

/** Identifies a form independently of the page's address, because the page after sending has another address. */
const placeOf = (form) => {
  const names = inputsOf(form).filter((field) => !isTyped(field))
  return JSON.stringify([form.getAttribute('action'), ...names.map(({ name, value }) => [name, value])])
}

let isSent = false

addEventListener('submit', ({ target }) => {
  if (!(target instanceof HTMLFormElement)) return
  // After signing out, another person may use this tab.
  if (target.getAttribute('action') === '/operator/sign-out') sessionStorage.removeItem(LOST)
  if (target.dataset.typed === undefined) return
  isSent = true
  // Unchanged values are kept, too: they may have been typed before the form was last sent.
  const typed = inputsOf(target).filter(isTyped)
  const kept = typed.map(({ name, value }) => [name, value])
  const id = target.querySelector('input[name="id"]')?.value
  const page = target.dataset.typed || location.pathname + location.search
  sessionStorage.setItem(SENT, JSON.stringify({ place: placeOf(target), typed: kept, id, page, by: person }))
})

const isChanged = ({ type, value, defaultValue, checked, defaultChecked }) =>
  type !== 'hidden' && (value !== defaultValue || checked !== defaultChecked)

addEventListener('beforeunload', (event) => {
  const forms = [...document.querySelectorAll('form[data-typed]')]
  if (!isSent && forms.some((form) => inputsOf(form).some(isChanged))) event.preventDefault()
})
// A page that the browser has kept as it was is left a second time.
addEventListener('pageshow', () => (isSent = false))

/** Another person may sign in to this tab after a session ended; what was typed is not shown to that person. */
const dropOfOthers = (key) => {
  const kept = sessionStorage.getItem(key)
  if (kept !== null && person !== undefined && JSON.parse(kept).by !== person) sessionStorage.removeItem(key)
}
dropOfOthers(SENT)
dropOfOthers(LOST)

const sent = sessionStorage.getItem(SENT)
const unsaved = document.querySelector('[data-unsaved]')
/** Every answer of the bot removes what was sent, so after the browser's Back it is there only if none came. */
const isBack = performance.getEntriesByType('navigation')[0]?.type === 'back_forward'

const version = document.querySelector('form[data-typed] input[name="version"]')
/**
 * After Back, browsers put typed text into a form that the server has made anew. The version that the text was based on comes back with it,
 * or saving would not detect what another person changed meanwhile.
 */
const keepVersion = () => {
  if (version === null) return
  const isRestored = inputsOf(version.form).some(
    (field) => isTyped(field) && field.value !== field.defaultValue,
  )
  if (isRestored && history.state?.version) version.value = history.state.version
  else history.replaceState({ version: version.value }, '')
}
// Browsers restore the text after the scripts have run. A link within the page makes another entry of the history.
addEventListener('pageshow', keepVersion)
addEventListener('hashchange', keepVersion)

if (sent !== null) {
  sessionStorage.removeItem(SENT)
  if (unsaved !== null || isBack)
    sessionStorage.setItem(LOST, JSON.stringify({ ...JSON.parse(sent), isUnsure: unsaved === null }))
}
const lost = sessionStorage.getItem(LOST)

if (unsaved !== null && lost !== null) {
  const { page } = JSON.parse(lost)
  const next = document.querySelector('input[name="next"]')
  unsaved.append(' What you typed is still in this tab: ')
  if (next === null) {
    const again = Object.assign(document.createElement('a'), {
      href: page,
      textContent: 'fill the form in again',
    })
    unsaved.append(again, '.')
  } else {
    unsaved.append('sign in, and it is filled in again.')
    next.value = page
  }
}

const hiddenField = (name, value) =>
  Object.assign(document.createElement('input'), { type: 'hidden', name, value })

const fill = (form, { typed, id, isUnsure }) => {
  const fields = new Map(inputsOf(form).map((field) => [field.name, field]))
  const missing = typed.filter(([name]) => !fields.has(name))
  for (const [name, value] of typed) {
    const field = fields.get(name)
    if (field === undefined || field.value === value) continue
    field.value = value
    // The form or field may be inside a closed `details`.
    for (let at = field.closest('details'); at; at = at.parentElement?.closest('details')) at.open = true
  }
  // With the id of the form that was sent, the bot takes the same text once.
  const action = id === undefined ? null : form.querySelector('input[name="id"]')
  if (action !== null) action.value = id
  const notice = document.createElement('p')
  notice.className = 'notice'
  notice.setAttribute('role', 'status')
  const unsure =
    action === null
      ? 'See first whether it was saved or sent all the same.'
      : 'Sent again without a change, it goes out only once.'
  notice.textContent = isUnsure
    ? `What you typed before is filled in again: the bot gave no answer. ${unsure}`
    : 'What you typed before is filled in again. It is not saved yet.'
  form.prepend(notice)
  // Values without a field are posted as hidden ones; saving then reports them.
  form.append(...missing.map(([name, value]) => hiddenField(name, value)))
  // The messages had been arranged, so the server must render the form of the draft.
  if (missing.some(([name]) => name === 'draft'))
    form.requestSubmit(form.querySelector('button[value="look"]'))
}

/** Shows typed texts whose form is gone, such as that of a reply which another person took out, until the person removes them. */
const show = (typed) => {
  const card = Object.assign(document.createElement('section'), { className: 'card' })
  const words = 'The form in which you typed this is not here any more.'
  const texts = typed.filter(([name, value]) => !MADE_FROM.has(name) && value !== '' && value !== 'yes')
  const remove = Object.assign(document.createElement('button'), { type: 'button', textContent: 'Remove it' })
  remove.addEventListener('click', () => {
    sessionStorage.removeItem(LOST)
    card.remove()
  })
  card.append(
    Object.assign(document.createElement('p'), { textContent: words, role: 'status' }),
    ...texts.map(([, value]) =>
      Object.assign(document.createElement('textarea'), {
        value,
        readOnly: true,
        dir: 'auto',
        ariaLabel: 'What you typed',
      }),
    ),
    remove,
  )
  document.getElementById('main')?.append(card)
}

if (unsaved === null && lost !== null) {
  const { place, typed, id, page, isUnsure } = JSON.parse(lost)
  const form = [...document.forms].find((one) => one.dataset.typed !== undefined && placeOf(one) === place)
  if (form !== undefined) {
    sessionStorage.removeItem(LOST)
    fill(form, { typed, id, isUnsure })
  } else if (person !== undefined && page === location.pathname + location.search) show(typed)
}
