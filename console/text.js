/* The page of the script's text: goes to a line. */

const field = document.getElementById('text')

/** Selects a line and scrolls to it. */
const goTo = (line) => {
  if (!(field instanceof HTMLTextAreaElement)) return
  const lines = field.value.split('\n')
  const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0)
  field.focus()
  field.setSelectionRange(start, start + (lines[line - 1] ?? '').length)
  field.scrollTop = (field.scrollHeight / lines.length) * Math.max(0, line - 4)
}

document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a[data-line]') : null
  if (!(link instanceof HTMLAnchorElement)) return
  event.preventDefault()
  goTo(Number(link.dataset.line))
})

if (field instanceof HTMLTextAreaElement && field.dataset.line) goTo(Number(field.dataset.line))
