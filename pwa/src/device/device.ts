// One app on one device, put together: who is in, that person's store, its drafts, its way to the server. Pages see none of it.
import { Drafts, keepWhenPutAway } from './drafts'
import type { GridLog } from './exchange'
import { askToStay } from './install'
import { Net } from './net'
import { make, type Intent, type Made } from './outbox'
import { clearSentPhotos } from './photos'
import { Sender, watchWorld, type Occasion } from './sender'
import { comeBack, enter, leaveForgetting, leaveKeeping, sessionOf } from './session'
import type { Session, Shelf } from './shelf'
import { Tabs, type News } from './tabs'
import { isTrouble, type Trouble } from './trouble'

/** What stands while somebody is in. */
export interface Seat {
  readonly shelf: Shelf
  readonly drafts: Drafts
  readonly tabs: Tabs
  readonly sender: Sender
  readonly session: Session
}

export interface DeviceOptions {
  readonly net?: Net
  readonly now?: () => number
}

/** The phone's or the desk's one device. */
export class Device {
  readonly app: string
  readonly net: Net
  readonly now: () => number
  readonly #log: GridLog | undefined
  readonly #ears = new Set<(news: News) => void>()
  #seat: Seat | undefined
  #stop: readonly (() => void)[] = []

  /** `log` keeps the grids' logs here; without one nothing is kept but what is said. */
  constructor(app: string, log: GridLog | undefined, options: DeviceOptions = {}) {
    this.app = app
    this.#log = log
    this.net = options.net ?? new Net()
    this.now = options.now ?? (() => Date.now())
  }

  /** Who is in; undefined when nobody is. */
  get seat(): Seat | undefined {
    return this.#seat
  }

  /** Opens the store of the person who was in last, without asking the server. */
  async start(): Promise<Trouble | undefined> {
    const shelf = await comeBack(this.app)
    return shelf === undefined || isTrouble(shelf) ? shelf : this.#sit(shelf)
  }

  async enter(account: string, password: string): Promise<Session | Trouble> {
    const shelf = await enter(this.app, this.net, account, password)
    if (isTrouble(shelf)) return shelf
    const trouble = await this.#sit(shelf)
    void askToStay()
    return trouble ?? this.#seat?.session ?? { trouble: 'not_entered' }
  }

  /** Leaves. `forget` also clears the store, unless something is unsent: then answers how much, and the person is still in. */
  async leave(how: 'keep' | 'forget'): Promise<number | Trouble> {
    const seat = this.#seat
    if (seat === undefined) return 0
    await seat.drafts.flush()
    const unsent = how === 'forget' ? await leaveForgetting(this.app, seat.shelf, seat.session) : await leaveKeeping(this.app)
    if (unsent !== undefined && unsent !== 0) return unsent
    this.#rise()
    this.#hear({ rest: true })
    void this.net.leave(seat.session.device)
    return 0
  }

  /** Says something: durable here when this resolves, on its way right after. */
  async say(intents: readonly Intent[]): Promise<Made | Trouble> {
    const seat = this.#seat
    if (seat === undefined) return { trouble: 'not_entered' }
    for (const { draft } of intents) {
      if (draft !== undefined) await seat.drafts.flush(draft)
    }
    const made = await make(seat.shelf, intents, this.now())
    if (isTrouble(made) || 'refusal' in made) return made
    seat.tabs.tell({ subjects: made.made.map(({ subject }) => subject), rest: true })
    void seat.sender.poke('op')
    return made
  }

  async poke(occasion: Occasion): Promise<void> {
    await this.#seat?.sender.poke(occasion)
  }

  /** Hears of everything that changes, over tabs and over persons who come and go. Answers how to stop. */
  listen(ear: (news: News) => void): () => void {
    this.#ears.add(ear)
    return () => this.#ears.delete(ear)
  }

  /** Ends what runs by itself; the store stays as it is. */
  async stop(): Promise<void> {
    const seat = this.#seat
    this.#rise()
    await seat?.shelf.close()
  }

  async #sit(shelf: Shelf): Promise<Trouble | undefined> {
    this.#rise()
    const session = await sessionOf(shelf)
    if (session === undefined || isTrouble(session)) return session
    const ready = await this.#log?.open(shelf)
    if (ready !== undefined) return ready
    const tabs = new Tabs(shelf.name)
    const drafts = new Drafts(shelf, this.now)
    const sender = new Sender(shelf, this.net, this.#log, tabs, this.now)
    this.#seat = { shelf, drafts, tabs, sender, session }
    this.#stop = [tabs.listen((news) => this.#hear(news)), watchWorld(sender), keepWhenPutAway(drafts), () => sender.stop(), () => tabs.close()]
    this.#hear({ rest: true })
    void clearSentPhotos(shelf, this.now())
    void sender.poke('seen')
    return undefined
  }

  #rise(): void {
    for (const stop of this.#stop) stop()
    this.#stop = []
    void this.#seat?.shelf.close()
    this.#seat = undefined
  }

  #hear(news: News): void {
    for (const ear of [...this.#ears]) ear(news)
  }
}
