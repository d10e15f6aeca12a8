// What a script may add to the resident's page: reading aloud, larger print at once, one answer per press. The page works without it.

const page = document.documentElement
const SAID = ['h1', 'h2', 'p', 'li', 'legend', 'label', 'summary', 'a', 'button'].map((tag) => `main ${tag}`).join()

/** What is on the page now, piece by piece: a voice given one long text falls silent after a quarter of a minute. */
function pieces(): string[] {
  const shown = [...document.querySelectorAll<HTMLElement>(SAID)].filter((one) => {
    const folded = one.closest('details:not([open])')
    return !folded || one.tagName === 'SUMMARY'
  })
  return shown.map((one) => one.innerText.trim()).filter(Boolean)
}

function offerReading(button: HTMLButtonElement): void {
  if (!('speechSynthesis' in window)) return
  const voice = window.speechSynthesis
  const words = { idle: button.textContent, reading: button.dataset.aloud ?? '' }
  const quiet = (): void => {
    button.textContent = words.idle
  }
  button.hidden = false
  button.addEventListener('click', () => {
    const wasReading = voice.speaking || voice.pending
    voice.cancel()
    quiet()
    if (wasReading) return
    const said = pieces().map((text) => new SpeechSynthesisUtterance(text))
    for (const piece of said) {
      piece.lang = page.lang
      piece.rate = 0.9
      voice.speak(piece)
    }
    said[said.length - 1]?.addEventListener('end', quiet)
    button.textContent = words.reading
  })
  window.addEventListener('pagehide', () => voice.cancel())
}

/** The same address with the other size of print. */
function sized(address: string, isBig: boolean): string {
  const url = new URL(address, location.href)
  if (isBig) url.searchParams.set('print', 'big')
  else url.searchParams.delete('print')
  return url.pathname + url.search
}

/** Changes the size without asking the server, and keeps it in every address that leads on. */
function offerPrint(link: HTMLAnchorElement): void {
  link.addEventListener('click', (event) => {
    event.preventDefault()
    const isBig = page.classList.toggle('big')
    const other = link.dataset.print ?? ''
    link.dataset.print = link.textContent
    link.textContent = other
    for (const one of document.querySelectorAll<HTMLAnchorElement>('a[href^="/r/"]')) one.href = sized(one.href, isBig)
    for (const one of document.querySelectorAll('form')) one.action = sized(one.action, isBig)
    link.href = sized(link.href, !isBig)
    history.replaceState(null, '', sized(location.href, isBig))
  })
}

/** The second press of a trembling finger sends nothing. */
function guard(form: HTMLFormElement): void {
  const button = form.querySelector<HTMLButtonElement>('button[data-sending]')
  const idle = button?.textContent ?? ''
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) event.preventDefault()
    form.dataset.sent = 'yes'
    if (button) button.textContent = button.dataset.sending ?? idle
  })
  // Coming back to a page that the browser kept: it may be sent again.
  window.addEventListener('pageshow', () => {
    delete form.dataset.sent
    if (button) button.textContent = idle
  })
}

const aloud = document.querySelector<HTMLButtonElement>('button[data-aloud]')
const print = document.querySelector<HTMLAnchorElement>('a[data-print]')
if (aloud) offerReading(aloud)
if (print) offerPrint(print)
for (const form of document.querySelectorAll('form')) guard(form)
