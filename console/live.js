/* Keeps a page of the console up to date: the server renders changed parts, this script puts them into the page. */

const pulse = document.getElementById('pulse')
const address = document.body.dataset.live ?? ''
let source = new EventSource(address)

const tell = (state, words) => {
  if (!pulse || (pulse.dataset.state === state && pulse.textContent === words)) return
  pulse.hidden = false
  pulse.dataset.state = state
  pulse.textContent = words
}

/** The notice above the page that its content is out of date, shown after {@link SILENT_MS} without a connection. */
const notice = document.createElement('p')
notice.className = 'outcome bad'
notice.setAttribute('role', 'alert')
let noticeDue = 0
let titleBefore = ''

/**
 * The bot sends an event at least every 20 seconds. After this long without one the connection counts as lost: a connection that
 * was cut silently, or a proxy that buffers the answer, is no error for the browser.
 */
const QUIET_MS = 50_000
let quiet = 0
/** Time limit of the request that checks whether this page still exists. */
const ANSWER_MS = 10_000

/** A shorter interruption is not shown, because a restart of the bot takes a second or two. */
const SILENT_MS = 4000
/** The wait between two tries after the browser gave up, as it does on a proxy's 502 while the bot starts. */
const AGAIN_MS = 3000

const lost = () => {
  tell('lost', 'Connecting')
  if (noticeDue !== 0) return
  const since = new Date().toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
  noticeDue = setTimeout(() => {
    notice.textContent = `The bot does not answer. What stands here is as it was at ${since}; it goes on by itself when the bot is back.`
    document.getElementById('main')?.prepend(notice)
    titleBefore = document.title
    document.title = 'No answer · Evergreen'
  }, SILENT_MS)
}

const back = () => {
  tell('live', 'Live')
  clearTimeout(noticeDue)
  noticeDue = 0
  if (!notice.isConnected) return
  notice.remove()
  document.title = titleBefore
}

/** Changes `old` into `fresh` and leaves equal nodes alone, so that focus, scrolling and open `details` stay. */
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

const over = () => {
  source.close()
  tell('lost', 'Ended')
  location.assign('/operator')
}

/** Connects again after the browser gave up, unless this page no longer exists or the person may not see it any more. */
const again = async () => {
  clearTimeout(quiet)
  const signal = AbortSignal.timeout(ANSWER_MS)
  const answer = await fetch(location.href, { method: 'HEAD', cache: 'no-store', signal }).catch(() => null)
  if (answer?.status === 401) over()
  else if (answer?.status === 403 || answer?.status === 404) tell('lost', 'Not live: load again')
  else
    setTimeout(() => {
      source = new EventSource(address)
      listen()
    }, AGAIN_MS)
}

const heard = () => {
  clearTimeout(quiet)
  quiet = setTimeout(() => {
    source.close()
    lost()
    void again()
  }, QUIET_MS)
}

const upToDate = () => {
  heard()
  back()
}

const showParts = ({ data }) => {
  const before = { verdict: verdict(), title: title() }
  for (const [id, markup] of Object.entries(JSON.parse(data))) {
    const place = document.getElementById(id)
    if (!place) continue
    const fresh = place.cloneNode(false)
    fresh.innerHTML = markup
    morph(place, fresh)
  }
  upToDate()
  if (title() === before.title) return
  const announcer = document.getElementById('announce')
  if (announcer) announcer.textContent = title()
  document.title = `${title()} · Evergreen`
  const repair = document.getElementById('repair')
  const asksForToken = document.querySelector('#verdict a[href="#repair"]') !== null
  // Opens and closes the repair form, but not while it has the focus.
  if (repair && before.verdict !== verdict() && !repair.contains(document.activeElement))
    repair.open = asksForToken
}

const listen = () => {
  heard()
  source.addEventListener('parts', showParts)
  source.addEventListener('beat', upToDate)
  source.addEventListener('reload', () => location.reload())
  source.addEventListener('done', () => {
    clearTimeout(quiet)
    source.close()
  })
  source.addEventListener('over', over)
  source.addEventListener('error', () => {
    lost()
    if (source.readyState === EventSource.CLOSED) void again()
  })
}
listen()
