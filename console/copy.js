/* Shows the Copy buttons, which are hidden without JavaScript, and copies the text beside each. */

const SAID_MS = 2000

const copy = async (button) => {
  const text = button.dataset.copy ?? ''
  try {
    await navigator.clipboard.writeText(text)
    button.textContent = 'Copied'
  } catch {
    // Without https, browsers do not allow access to the clipboard; the text is selected instead, so that Ctrl+C copies it.
    const code = button.parentElement?.querySelector('code')
    if (code) getSelection()?.selectAllChildren(code)
    button.textContent = 'Press Ctrl+C'
  }
  setTimeout(() => (button.textContent = 'Copy'), SAID_MS)
}

document.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest('[data-copy]') : null
  if (button instanceof HTMLElement) void copy(button)
})

// The class makes the style sheet show all Copy buttons, also those in parts that are replaced later.
document.documentElement.classList.add('scripted')
