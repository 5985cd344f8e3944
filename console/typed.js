/* Keeps in this tab what a form with `data-typed` sent, in case the sign-in had ended: it is filled in again on the same page. */

const SENT = 'evergreen.sent'
const LOST = 'evergreen.lost'
const FIELDS = 'textarea[name], input[name]:not([type]), input[type="text"][name], input[type="search"][name]'

/** A page and the form in it; what was done before is no part of its address. */
const placeOf = (form) => {
  const { pathname, searchParams } = new URL(location.href)
  searchParams.delete('did')
  return `${pathname}?${searchParams} ${form.getAttribute('action')}`
}

const fieldsOf = (form) => [...form.querySelectorAll(FIELDS)]

addEventListener('submit', ({ target }) => {
  if (!(target instanceof HTMLFormElement) || target.dataset.typed === undefined) return
  const typed = fieldsOf(target).flatMap(({ name, value, defaultValue }) =>
    value === defaultValue ? [] : [[name, value]],
  )
  if (typed.length > 0) sessionStorage.setItem(SENT, JSON.stringify([placeOf(target), typed]))
})

const sent = sessionStorage.getItem(SENT)
const ended = document.querySelector('[data-unsaved]')
if (sent !== null) {
  sessionStorage.removeItem(SENT)
  if (ended !== null) sessionStorage.setItem(LOST, sent)
}
const lost = sessionStorage.getItem(LOST)

if (ended !== null && lost !== null)
  ended.append(' What you typed is still in this tab: sign in and open the same page again.')

if (ended === null && lost !== null) {
  const [place, typed] = JSON.parse(lost)
  const form = [...document.forms].find((one) => one.dataset.typed !== undefined && placeOf(one) === place)
  const values = new Map(typed)
  const fields = form === undefined ? [] : fieldsOf(form).filter(({ name }) => values.has(name))
  for (const field of fields) field.value = values.get(field.name)
  if (fields.length > 0) {
    sessionStorage.removeItem(LOST)
    const notice = document.createElement('p')
    notice.className = 'notice'
    notice.setAttribute('role', 'status')
    notice.textContent = 'What you typed before your sign-in ended is filled in again. It is not saved yet.'
    form.prepend(notice)
  }
}
