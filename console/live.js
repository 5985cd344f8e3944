/* Keeps a page of the console up to date: the server draws its parts anew, this puts them in their places. */

const pulse = document.getElementById('pulse')
const source = new EventSource(document.body.dataset.live ?? '')

const tell = (state, words) => {
  if (!pulse || pulse.dataset.state === state) return
  pulse.hidden = false
  pulse.dataset.state = state
  pulse.textContent = words
}

/** Makes `old` like `fresh`, leaving alone what is alike: focus, scrolling and what is unfolded stay as they are. */
const morph = (old, fresh) => {
  if (old.isEqualNode(fresh)) return
  if (old.nodeName !== fresh.nodeName || old.nodeType !== Node.ELEMENT_NODE) {
    old.replaceWith(fresh)
    return
  }
  for (const name of old.getAttributeNames()) {
    if (name !== 'open' && !fresh.hasAttribute(name)) old.removeAttribute(name)
  }
  for (const { name, value } of fresh.attributes) {
    if (name !== 'open') old.setAttribute(name, value)
  }
  const [before, after] = [[...old.childNodes], [...fresh.childNodes]]
  after.forEach((child, n) => {
    const known = before[n]
    if (known) morph(known, child)
    else old.append(child)
  })
  for (const child of before.slice(after.length)) child.remove()
}

const verdict = () => document.querySelector('[data-verdict]')?.getAttribute('data-verdict')
const title = () => document.querySelector('#verdict h2')?.textContent ?? ''

source.addEventListener('parts', ({ data }) => {
  const before = { verdict: verdict(), title: title() }
  for (const [id, markup] of Object.entries(JSON.parse(data))) {
    const place = document.getElementById(id)
    if (!place) continue
    const fresh = place.cloneNode(false)
    fresh.innerHTML = markup
    morph(place, fresh)
  }
  tell('live', 'Live')
  if (title() === before.title) return
  const announcer = document.getElementById('announce')
  if (announcer) announcer.textContent = title()
  document.title = `${title()} · Evergreen`
  const repair = document.getElementById('repair')
  const asksForToken = document.querySelector('#verdict a[href="#repair"]') !== null
  // The script unfolds the repair form and folds it again, but not while it has the focus.
  if (repair && before.verdict !== verdict() && !repair.contains(document.activeElement))
    repair.open = asksForToken
})

source.addEventListener('reload', () => location.reload())
source.addEventListener('done', () => source.close())
source.addEventListener('over', () => {
  source.close()
  tell('lost', 'Ended')
  location.assign('/operator')
})
source.addEventListener('open', () => tell('live', 'Live'))
source.addEventListener('error', () => {
  const isOver = source.readyState === EventSource.CLOSED
  tell('lost', isOver ? 'Not live: load again' : 'Connecting')
})
