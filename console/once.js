/* Posts a form once if its button is clicked twice: the browser would give up the answer to the first post and show that to the second. */

/** A person who gets no answer presses again after this time. */
const TWICE_MS = 1000
const latest = new WeakMap()

addEventListener('submit', (event) => {
  const { target, timeStamp } = event
  if (timeStamp - (latest.get(target) ?? -TWICE_MS) < TWICE_MS) event.preventDefault()
  else latest.set(target, timeStamp)
})
