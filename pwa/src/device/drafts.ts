// Half-written forms: kept a quarter of a second after the last key and whenever the page is put away. What a form holds is its page's matter.
import { each, type Shelf } from './shelf'
import { isTrouble, type Trouble } from './trouble'

const QUIET_MS = 250

interface Pending {
  readonly value: unknown
  readonly timer: ReturnType<typeof setTimeout>
}

/** The drafts of one store. */
export class Drafts {
  readonly #shelf: Shelf
  readonly #now: () => number
  readonly #pending = new Map<string, Pending>()

  constructor(shelf: Shelf, now: () => number) {
    this.#shelf = shelf
    this.#now = now
  }

  /** What was half written under this key; undefined when nothing was. */
  async load(key: string): Promise<unknown> {
    const pending = this.#pending.get(key)
    if (pending !== undefined) return pending.value
    const row = await this.#shelf.read(['drafts'], (tx) => tx.objectStore('drafts').get(key))
    return row === undefined || isTrouble(row) ? undefined : row.value
  }

  /** The form changed; it is kept once it has been quiet for a moment. */
  changed(key: string, value: unknown): void {
    clearTimeout(this.#pending.get(key)?.timer)
    this.#pending.set(key, { value, timer: setTimeout(() => void this.flush(key), QUIET_MS) })
  }

  /** Keeps now what waits: one draft, or all. A draft that could not be kept stays pending. */
  async flush(key?: string): Promise<Trouble | undefined> {
    const due = [...this.#pending].filter(([one]) => key === undefined || one === key)
    if (due.length === 0) return undefined
    const kept = await this.#shelf.write(['drafts'], async (tx) => {
      const saved_ms = this.#now()
      await each(due, ([one, { value }]) => tx.objectStore('drafts').put({ key: one, value, saved_ms }))
      return undefined
    })
    if (kept !== undefined) return kept
    for (const [one, pending] of due) {
      if (this.#pending.get(one) === pending) this.#drop(one)
    }
    return undefined
  }

  /** The form was sent or thrown away. */
  async clear(key: string): Promise<Trouble | undefined> {
    this.#drop(key)
    return this.#shelf.write(['drafts'], async (tx) => {
      await tx.objectStore('drafts').delete(key)
      return undefined
    })
  }

  #drop(key: string): void {
    clearTimeout(this.#pending.get(key)?.timer)
    this.#pending.delete(key)
  }
}

/** Keeps everything when the page is put away: it may never come back. Answers how to stop. */
export function keepWhenPutAway(drafts: Drafts): () => void {
  if (typeof window === 'undefined') return () => undefined
  const away = (): void => void drafts.flush()
  const hidden = (): void => {
    if (document.hidden) away()
  }
  window.addEventListener('pagehide', away)
  document.addEventListener('visibilitychange', hidden)
  return () => {
    window.removeEventListener('pagehide', away)
    document.removeEventListener('visibilitychange', hidden)
  }
}
