// Who is in, what waits, and how the talk with the server goes, as values a page can show. Subjects are not here.
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import type { Device } from './device/device'
import { lacking, type Lacking } from './device/lacking'
import { meta, type Session as Entered, type Shelf } from './device/shelf'
import type { Sending } from './device/tabs'
import { isTrouble, type Trouble } from './device/trouble'
import type { Book } from './sync/rules/book'
import type { Scope } from './sync/wire'
import { markRead, NOTHING_WAITS, readWaiting, type RefusedOp, type Waiting } from './unsent'

/** Who is in, and the grids that this person may read and write now. */
export interface Session extends Entered {
  readonly scope: readonly Scope[]
}

export type EnterAnswer = { readonly ok: true; readonly session: Session } | { readonly ok: false; readonly trouble: Trouble }
export type LeaveAnswer = { readonly ok: true } | { readonly ok: false; readonly unsent: number; readonly trouble?: Trouble }

export interface SessionDoor {
  readonly session: ShallowRef<Session | undefined>
  /** The server asks for the password again; everything here stays and can be worked with. */
  readonly enterAgain: Ref<boolean>
  readonly enter: (account: string, password: string) => Promise<EnterAnswer>
  /** `keep` leaves everything here for the next time; `forget` clears the store, unless something is unsent: then it says how much. */
  readonly leave: (how: 'keep' | 'forget') => Promise<LeaveAnswer>
}

/** From this difference on a person is told that the clock here is wrong. */
const WRONG_CLOCK_MS = 2 * 60 * 1000

/** What is true of one device now. */
export class Present {
  readonly session = shallowRef<Session>()
  readonly book = shallowRef<Book>()
  readonly waiting = shallowRef<Waiting>(NOTHING_WAITS)
  /** What of the grids is still to come; undefined when they are whole. */
  readonly lacking = shallowRef<Lacking>()
  /** How far the clock here runs ahead of the server's, in ms, when it is wrong enough to be told; else 0. */
  readonly skew = ref(0)
  readonly enterAgain = ref(false)
  readonly #device: Device
  #sending: Sending = { sending: false }
  #turn: Promise<void> = Promise.resolve()

  constructor(device: Device) {
    this.#device = device
  }

  /** Opens the store of the person who was in last and begins to listen. */
  async start(): Promise<Trouble | undefined> {
    let isOpen = false
    this.#device.listen((news) => {
      if (news.sending !== undefined) this.#hear(news.sending)
      // What is told while the store opens is read once, behind it: the first page waits for that.
      if (isOpen) void this.look()
    })
    const trouble = await this.#device.start()
    isOpen = true
    await this.look()
    return trouble
  }

  readonly door: SessionDoor = {
    session: this.session,
    enterAgain: this.enterAgain,
    enter: (account, password) => this.#enter(account, password),
    leave: (how) => this.#leave(how),
  }

  /** Reads anew; one read after the other, so that the last one counts. */
  async look(): Promise<void> {
    const mine = this.#turn.then(() => this.#read())
    this.#turn = mine.catch(() => undefined)
    return mine
  }

  /** Notes that its author has read of a refusal. */
  async markRead(op: RefusedOp): Promise<Trouble | undefined> {
    const shelf = this.#device.seat?.shelf
    const trouble = shelf && (await markRead(shelf, op.device, op.seq))
    await this.look()
    return trouble
  }

  #hear(news: Sending): void {
    this.#sending = news
    if (!news.sending) this.enterAgain.value = news.trouble?.trouble === 'enter_again'
  }

  async #read(): Promise<void> {
    const shelf = this.#device.seat?.shelf
    if (shelf !== undefined) return this.#readShelf(shelf)
    this.session.value = undefined
    this.book.value = undefined
    this.waiting.value = NOTHING_WAITS
    this.skew.value = 0
  }

  async #readShelf(shelf: Shelf): Promise<void> {
    const waits = await readWaiting(shelf, this.#sending)
    // A store that cannot be read must not look like an empty one: the last truth stays, with the trouble beside it.
    this.waiting.value = isTrouble(waits) ? { ...this.waiting.value, last_trouble: waits } : waits
    const read = await shelf.read(['meta'], async (tx) => ({
      entered: await meta(tx, 'session'),
      scope: (await meta(tx, 'scope')) ?? [],
      contact: await meta(tx, 'contact'),
      version: await meta(tx, 'book_version'),
      lacks: await lacking(tx),
    }))
    if (isTrouble(read) || this.#device.seat?.shelf !== shelf) return
    const { entered, scope, version } = read
    const isSame = JSON.stringify({ ...entered, scope }) === JSON.stringify(this.session.value)
    if (!isSame) this.session.value = entered && { ...entered, scope }
    if (JSON.stringify(read.lacks) !== JSON.stringify(this.lacking.value)) this.lacking.value = read.lacks
    if (version !== this.book.value?.version) await this.#readBook(shelf)
    const ahead_ms = read.contact?.skew_ms ?? 0
    this.skew.value = Math.abs(ahead_ms) > WRONG_CLOCK_MS ? ahead_ms : 0
  }

  /** Read only when it is another one: it is the largest thing on the shelf. */
  async #readBook(shelf: Shelf): Promise<void> {
    const book = await shelf.read(['meta'], (tx) => meta(tx, 'book'))
    if (!isTrouble(book)) this.book.value = book
  }

  async #enter(account: string, password: string): Promise<EnterAnswer> {
    const entered = await this.#device.enter(account, password)
    if (isTrouble(entered)) return { ok: false, trouble: entered }
    this.enterAgain.value = false
    await this.look()
    const session = this.session.value
    return session === undefined ? { ok: false, trouble: { trouble: 'not_entered' } } : { ok: true, session }
  }

  async #leave(how: 'keep' | 'forget'): Promise<LeaveAnswer> {
    const left = await this.#device.leave(how)
    await this.look()
    if (isTrouble(left)) return { ok: false, unsent: 0, trouble: left }
    return left === 0 ? { ok: true } : { ok: false, unsent: left }
  }
}
