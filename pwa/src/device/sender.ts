// When to talk to the server, and to try again: after an op, on line again, seen again, nudged, by the clock, by hand. What is said is told elsewhere.
import { Batch } from './batch'
import { goOnWithoutPage } from './behind'
import { fetchBook } from './book'
import { exchange, type Applied, type GridLog } from './exchange'
import { sendPhotos } from './files'
import { lacking } from './lacking'
import { inTurn, type Net } from './net'
import { unsent, waitingPhotos } from './own'
import type { Poke } from './pokes'
import { retryAfter } from './retry'
import { meta, type Session, type Shelf } from './shelf'
import type { Tabs } from './tabs'
import { isTrouble, type Trouble } from './trouble'

const SEEN_MS = 60_000
/** What another tab heard so lately need not be asked again by the clock or a glance. */
const FRESH_MS = 10_000
const HIDDEN_MS = 5 * 60_000

export type Occasion = 'op' | 'online' | 'seen' | 'grown' | 'clock' | 'person'

/** A person asks, or the net says that it is back: tried even when the try before has just failed. */
const URGENT: readonly Occasion[] = ['person', 'online']

/** Keeps one store in touch with the server, in turn with the same store's other tabs. */
export class Sender {
  readonly #shelf: Shelf
  readonly #net: Net
  readonly #log: GridLog | undefined
  readonly #tabs: Tabs
  readonly #now: () => number
  readonly #batch = new Batch()
  #failures = 0
  #notBefore_ms = 0
  #running: Promise<void> | undefined
  #next: Occasion | undefined
  /** Per grid the place to which its log has grown, as the server nudged; "" for any grid. */
  readonly #grown = new Map<string, number>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #stopped = false

  constructor(shelf: Shelf, net: Net, log: GridLog | undefined, tabs: Tabs, now: () => number) {
    this.#shelf = shelf
    this.#net = net
    this.#log = log
    this.#tabs = tabs
    this.#now = now
  }

  /** Something speaks for trying now. Resolves when what was tried is over, well or not. */
  async poke(occasion: Occasion): Promise<void> {
    if (this.#stopped) return
    // Whoever has just saved may close the app: the rest then goes on without it.
    if (occasion === 'op') void goOnWithoutPage()
    if (this.#running !== undefined) {
      // A round under way may have read the outbox already: one more follows it, for the more urgent occasion.
      if (this.#next === undefined || !URGENT.includes(this.#next)) this.#next = occasion
      return this.#running
    }
    // A new op does not break a pause the server asked for or a failing net needs; its turn is armed already.
    if (occasion === 'op' && this.#now() < this.#notBefore_ms) return
    this.#running = this.#rounds(occasion)
    await this.#running
  }

  /** The server nudged. What is asked for live is asked anew by whoever shows it; a log kept here is fetched when it lies behind. */
  async nudge({ grid, place }: Poke): Promise<void> {
    this.#tabs.tell({ grown: true })
    if (this.#log === undefined) return
    this.#grown.set(grid, place)
    await this.poke('grown')
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  async #rounds(first: Occasion): Promise<void> {
    let trouble: Trouble | undefined
    let occasion: Occasion | undefined = first
    try {
      while (occasion !== undefined) {
        const now = occasion
        this.#next = undefined
        trouble = await inTurn(`sulaiban-outbox-${this.#shelf.name}`, () => this.#round(now))
        occasion = this.#goesOn(trouble)
      }
    } finally {
      this.#running = undefined
      this.#arm(trouble)
    }
  }

  /** What calls for one more round at once. After a trouble only what is urgent does; all else waits for its turn. */
  #goesOn(trouble: Trouble | undefined): Occasion | undefined {
    if (this.#stopped || this.#next === undefined) return undefined
    return trouble === undefined || URGENT.includes(this.#next) ? this.#next : undefined
  }

  async #round(occasion: Occasion): Promise<Trouble | undefined> {
    if (await this.#isDone(occasion)) return undefined
    this.#tabs.tell({ sending: { sending: true } })
    const trouble = await this.#talk()
    this.#tabs.tell({ sending: { sending: false, ...(trouble ? { trouble } : {}) }, rest: true })
    return trouble
  }

  /** While this tab waited for its turn another may have sent everything, and heard what is new. */
  async #isDone(occasion: Occasion): Promise<boolean> {
    if (URGENT.includes(occasion)) return false
    const read = await this.#shelf.read(['outbox', 'photos', 'meta'], async (tx) => ({
      waits: (await unsent(tx)).length + (await waitingPhotos(tx)).length,
      // A page that was left in the middle of the first fetching has heard from the server, and holds nothing all the same.
      lacks: this.#log !== undefined && (await lacking(tx)) !== undefined,
      heard_ms: (await meta(tx, 'contact'))?.at_ms ?? 0,
      places: (await meta(tx, 'places')) ?? {},
    }))
    const grown = [...this.#grown]
    this.#grown.clear()
    if (isTrouble(read) || read.waits > 0 || read.lacks) return false
    // One's own op comes back as a nudge, too.
    if (occasion === 'grown') return grown.every(([grid, place]) => place > 0 && (read.places[grid] ?? 0) >= place)
    return occasion === 'op' || Math.abs(this.#now() - read.heard_ms) < FRESH_MS
  }

  async #talk(): Promise<Trouble | undefined> {
    const unread = await this.#firstBook()
    if (unread !== undefined) return unread
    const applied = await this.#exchangeAll()
    if (isTrouble(applied)) return applied
    const session = await this.#shelf.read(['meta'], (tx) => meta(tx, 'session'))
    if (session === undefined || isTrouble(session)) return session
    const left = (await fetchBook(this.#shelf, this.#net, session, applied.book)) ?? (await this.#files(session))
    return left ?? (await this.#tidy())
  }

  async #tidy(): Promise<Trouble | undefined> {
    const tidied = await this.#log?.tidy(this.#shelf, this.#now())
    if (isTrouble(tidied)) return tidied
    if (tidied !== undefined && tidied.subjects.length > 0) this.#tabs.tell({ subjects: tidied.subjects, rest: true })
    return undefined
  }

  async #files(session: Session): Promise<Trouble | undefined> {
    return sendPhotos(this.#shelf, this.#net, session, (file) => this.#tabs.tell({ sending: { sending: true, file } }))
  }

  /** What waits goes first, and again between the parts of a grid that is only coming: a worker's word never waits for a download. */
  async #exchangeAll(): Promise<Applied | Trouble> {
    for (;;) {
      const applied = await exchange(this.#shelf, this.#net, this.#log, this.#now, ({ subjects }) => this.#tabs.tell({ subjects }), this.#batch)
      if (isTrouble(applied)) return applied
      const brought = await this.#log?.fetch(this.#shelf, this.#net)
      if (brought === undefined) return applied
      if (isTrouble(brought)) return brought
      this.#tabs.tell({ subjects: brought.subjects, rest: true })
    }
  }

  /** Before the first log: without the book's categories nothing can be registered, and the network may go at any moment. */
  async #firstBook(): Promise<Trouble | undefined> {
    const read = await this.#shelf.read(['meta'], async (tx) => ({
      session: await meta(tx, 'session'),
      version: await meta(tx, 'book_version'),
    }))
    if (isTrouble(read)) return read
    if (read.session === undefined || read.version !== undefined) return undefined
    return fetchBook(this.#shelf, this.#net, read.session, 'the first')
  }

  /** There is always a next time. */
  #arm(trouble: Trouble | undefined): void {
    if (this.#stopped) return
    this.#failures = trouble === undefined ? 0 : this.#failures + 1
    const wait_ms = trouble === undefined ? rest() : Math.max(retryAfter(this.#failures), trouble.wait_ms ?? 0)
    this.#notBefore_ms = trouble === undefined ? 0 : this.#now() + wait_ms
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.poke('clock'), wait_ms)
  }
}

function rest(): number {
  return typeof document !== 'undefined' && document.hidden ? HIDDEN_MS : SEEN_MS
}

/** Pokes the sender when the browser says that something changed. Answers how to stop. */
export function watchWorld(sender: Sender): () => void {
  if (typeof window === 'undefined') return () => undefined
  const online = (): void => void sender.poke('online')
  const seen = (): void => {
    if (!document.hidden) void sender.poke('seen')
  }
  window.addEventListener('online', online)
  document.addEventListener('visibilitychange', seen)
  return () => {
    window.removeEventListener('online', online)
    document.removeEventListener('visibilitychange', seen)
  }
}
