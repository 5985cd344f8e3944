/*
 * Keeps in this tab what a form with `data-typed` sent, in case the sign-in had ended: the same form is filled in again. The attribute
 * has the address of the form's page where a page that is shown after it was sent has another one.
 */

const SENT = 'evergreen.sent'
const LOST = 'evergreen.lost'
/** New in each form that the server makes: they say neither which form it is nor what is in it. */
const PASSING = new Set(['_csrf', 'id'])
/** What the typed text was made from, by which saving finds what another person changed meanwhile. */
const MADE_FROM = new Set(['version', 'draft'])

const inputsOf = (form) =>
  [...form.querySelectorAll('input[name], textarea[name]')].filter(({ name }) => !PASSING.has(name))

const isTyped = ({ name, type }) => type !== 'hidden' || MADE_FROM.has(name)

/** Which form it is, wherever it stands: a page that is shown after a form was sent has another address. */
const placeOf = (form) => {
  const names = inputsOf(form).filter((field) => !isTyped(field))
  return JSON.stringify([form.getAttribute('action'), ...names.map(({ name, value }) => [name, value])])
}

addEventListener('submit', ({ target }) => {
  if (!(target instanceof HTMLFormElement)) return
  // The next person in this tab is another one.
  if (target.getAttribute('action') === '/operator/sign-out') sessionStorage.removeItem(LOST)
  if (target.dataset.typed === undefined) return
  // Also what is as the server sent it: it may have been typed into the form before.
  const typed = inputsOf(target).filter(isTyped)
  const kept = typed.map(({ name, value }) => [name, value])
  const page = target.dataset.typed || location.pathname + location.search
  sessionStorage.setItem(SENT, JSON.stringify([placeOf(target), kept, page]))
})

const sent = sessionStorage.getItem(SENT)
const ended = document.querySelector('[data-unsaved]')
if (sent !== null) {
  sessionStorage.removeItem(SENT)
  if (ended !== null) sessionStorage.setItem(LOST, sent)
}
const lost = sessionStorage.getItem(LOST)

if (ended !== null && lost !== null) {
  const [, , page] = JSON.parse(lost)
  ended.append(' What you typed is still in this tab: sign in, and it is filled in again.')
  document.querySelector('input[name="next"]').value = page
}

const hiddenField = (name, value) =>
  Object.assign(document.createElement('input'), { type: 'hidden', name, value })

const fill = (form, typed) => {
  const fields = new Map(inputsOf(form).map((field) => [field.name, field]))
  const missing = typed.filter(([name]) => !fields.has(name))
  for (const [name, value] of typed) {
    const field = fields.get(name)
    if (field === undefined || field.value === value) continue
    field.value = value
    // Some forms and fields are folded away.
    for (let at = field.closest('details'); at; at = at.parentElement?.closest('details')) at.open = true
  }
  const notice = document.createElement('p')
  notice.className = 'notice'
  notice.setAttribute('role', 'status')
  notice.textContent = 'What you typed before your sign-in ended is filled in again. It is not saved yet.'
  form.prepend(notice)
  // What has no field any more is told when the form is saved.
  form.append(...missing.map(([name, value]) => hiddenField(name, value)))
  // Messages had been arranged: the server makes the form of them.
  if (missing.some(([name]) => name === 'draft'))
    form.requestSubmit(form.querySelector('button[value="look"]'))
}

if (ended === null && lost !== null) {
  const [place, typed] = JSON.parse(lost)
  const form = [...document.forms].find((one) => one.dataset.typed !== undefined && placeOf(one) === place)
  if (form !== undefined) {
    sessionStorage.removeItem(LOST)
    fill(form, typed)
  }
}
