/* Shows the Copy buttons where scripts run, and copies what stands beside each. */

const SAID_MS = 2000

const copy = async (button) => {
  const text = button.dataset.copy ?? ''
  try {
    await navigator.clipboard.writeText(text)
    button.textContent = 'Copied'
  } catch {
    // Without https browsers keep the clipboard to themselves: select the text, so that one key does it.
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

// The style sheet shows the buttons then; what the server draws anew keeps them.
document.documentElement.classList.add('scripted')
