// One app on one device, put together: who is in, that person's store, its drafts, its way to the server. Pages see none of it.
import { Drafts, keepWhenPutAway } from './drafts'
import type * as enteringModule from './entering'
import type { GridLog } from './exchange'
import type * as handsModule from './hands'
import { askToStay } from './install'
import type { Answer, Net, Request } from './net'
import type { Intent, Made } from './outbox'
import type { Photo } from './photos'
import type { Occasion, Sender } from './sender'
import { comeBack, leaveForgetting, leaveKeeping, sessionOf } from './session'
import type { Session, Shelf } from './shelf'
import { Tabs, type News } from './tabs'
import { isTrouble, type Trouble } from './trouble'

type Hands = typeof handsModule

/** The way to the server, and how one enters. */
interface Line {
  readonly enter: typeof enteringModule.enter
  readonly net: Net
}

/** What one needs to act. */
interface Reached extends Line {
  readonly hands: Hands
}

/** What stands while somebody is in. */
export interface Seat {
  readonly shelf: Shelf
  readonly drafts: Drafts
  readonly tabs: Tabs
  readonly session: Session
}

/** What acts while somebody is in. */
interface Crew {
  readonly hands: Hands
  readonly net: Net
  readonly sender: Sender
}

export interface DeviceOptions {
  /** How requests travel; the browser's own way when not given. */
  readonly fetch?: (path: string, init: RequestInit) => Promise<Response>
  readonly now?: () => number
}

/** Not all of the app has come to this device yet, and no network brings it. */
const NOT_WHOLE: Trouble = { trouble: 'offline', detail: 'a part of the app is not here yet' }

/** The phone's or the desk's one device. */
export class Device {
  readonly app: string
  readonly now: () => number
  readonly #logs: (() => Promise<GridLog>) | undefined
  readonly #fetch: DeviceOptions['fetch']
  readonly #ears = new Set<(news: News) => void>()
  #line: Promise<Line | undefined> | undefined
  #hands: Promise<Reached | undefined> | undefined
  #log: GridLog | undefined
  #seat: Seat | undefined
  #crew: Promise<Crew | undefined> | undefined
  #stop: (() => void)[] = []

  /** `logs` fetches what keeps the grids' logs here; without it nothing is kept but what is said. */
  constructor(app: string, logs: (() => Promise<GridLog>) | undefined, options: DeviceOptions = {}) {
    this.app = app
    this.#logs = logs
    this.#fetch = options.fetch
    this.now = options.now ?? (() => Date.now())
  }

  /** Who is in; undefined when nobody is. */
  get seat(): Seat | undefined {
    return this.#seat
  }

  /** Opens the store of the person who was in last, without asking the server. */
  async start(): Promise<Trouble | undefined> {
    const shelf = await comeBack(this.app)
    // What acts, and the first page with it, is on its way while the store opens.
    if (shelf !== undefined && !isTrouble(shelf)) void this.#reach()
    const trouble = shelf === undefined || isTrouble(shelf) ? shelf : await this.#sit(shelf)
    // Whoever stands at the door needs no more than to enter.
    void (this.#seat === undefined ? this.#call() : this.#reach())
    return trouble
  }

  async enter(account: string, password: string): Promise<Session | Trouble> {
    const line = await this.#call()
    if (line === undefined) return NOT_WHOLE
    const shelf = await line.enter(this.app, line.net, account, password)
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
    void this.#call().then((line) => line?.net.leave(seat.session.device))
    return 0
  }

  /** Says something: durable here when this resolves, on its way right after. */
  async say(intents: readonly Intent[]): Promise<Made | Trouble> {
    const seat = this.#seat
    if (seat === undefined) return { trouble: 'not_entered' }
    const reached = await this.#reach()
    if (reached === undefined) return NOT_WHOLE
    for (const { draft } of intents) {
      if (draft !== undefined) await seat.drafts.flush(draft)
    }
    const made = await reached.hands.make(seat.shelf, intents, this.now())
    if (isTrouble(made) || 'refusal' in made) return made
    seat.tabs.tell({ subjects: made.made.map(({ subject }) => subject), rest: true })
    void this.poke('op')
    return made
  }

  /** Something speaks for trying to send now. Resolves when what was tried is over, well or not. */
  async poke(occasion: Occasion): Promise<void> {
    const seat = this.#seat
    let crew = await this.#crew
    if (crew === undefined && seat !== undefined && seat === this.#seat) {
      // The parts that act could not be fetched before.
      this.#crew = this.#work(seat)
      crew = await this.#crew
    }
    await crew?.sender.poke(occasion)
  }

  /** Asks the server for something to show, as the person who is in. */
  async ask(request: Request): Promise<Answer | Trouble> {
    return this.#with(({ net }, seat) => net.ask(request, seat.session))
  }

  /** Makes a picture small and keeps it; durable when this resolves. */
  async keepPhoto(picture: Blob): Promise<Photo | Trouble> {
    return this.#with(({ hands }, seat) => hands.keepPhoto(seat.shelf, picture, this.now()))
  }

  /** Keeps a voice as it was spoken; durable when this resolves. */
  async keepVoice(sound: Blob): Promise<Photo | Trouble> {
    return this.#with(({ hands }, seat) => hands.keepBytes(seat.shelf, sound, this.now(), 'voice'))
  }

  /** Takes away a photo or a voice that no op names. */
  async dropPhoto(hash: string): Promise<Trouble | undefined> {
    return this.#with(({ hands }, seat) => hands.dropPhoto(seat.shelf, hash))
  }

  /** A photo's bytes, from here or from the server. */
  async photoBlob(hash: string): Promise<Blob | Trouble> {
    return this.#with(({ hands, net }, seat) => hands.photoBlob(seat.shelf, net, seat.session, hash))
  }

  /** Hears of everything that changes, over tabs and over persons who come and go. Answers how to stop. */
  listen(ear: (news: News) => void): () => void {
    this.#ears.add(ear)
    return () => this.#ears.delete(ear)
  }

  /** Ends what runs by itself; the store stays as it is. */
  stop(): void {
    this.#rise()
  }

  async #with<T>(work: (reached: Reached, seat: Seat) => Promise<T | Trouble>): Promise<T | Trouble> {
    const reached = await this.#reach()
    if (this.#seat === undefined) return { trouble: 'not_entered' }
    return reached === undefined ? NOT_WHOLE : work(reached, this.#seat)
  }

  /** The way to the server; undefined when it has not come to this device and cannot be fetched now. */
  async #call(): Promise<Line | undefined> {
    this.#line ??= import('./entering').then(
      ({ enter, Net }) => ({ enter, net: new Net(this.#fetch) }),
      () => {
        this.#line = undefined
        return undefined
      },
    )
    return this.#line
  }

  /** The parts that act; undefined when they have not come to this device and cannot be fetched now. */
  async #reach(): Promise<Reached | undefined> {
    this.#hands ??= Promise.all([import('./hands'), this.#call()]).then(
      ([hands, line]) => line && { hands, ...line },
      () => {
        this.#hands = undefined
        return undefined
      },
    )
    const reached = await this.#hands
    if (reached === undefined) this.#hands = undefined
    return reached
  }

  /** Opens the logs kept here; undefined also when this app keeps none. */
  async #open(shelf: Shelf): Promise<GridLog | undefined | Trouble> {
    if (this.#logs === undefined) return undefined
    const log = await this.#logs().catch(() => undefined)
    if (log === undefined) return NOT_WHOLE
    return (await log.open(shelf)) ?? log
  }

  async #sit(shelf: Shelf): Promise<Trouble | undefined> {
    this.#rise()
    const session = await sessionOf(shelf)
    if (session === undefined || isTrouble(session)) return session
    const log = await this.#open(shelf)
    if (isTrouble(log)) return log
    this.#log = log
    const tabs = new Tabs(shelf.name)
    const drafts = new Drafts(shelf, this.now)
    this.#seat = { shelf, drafts, tabs, session }
    this.#stop = [tabs.listen((news) => this.#hear(news)), keepWhenPutAway(drafts), () => tabs.close()]
    this.#crew = this.#work(this.#seat)
    this.#hear({ rest: true })
    return undefined
  }

  /** Sets to work for the person who has just sat down. */
  async #work(seat: Seat): Promise<Crew | undefined> {
    const reached = await this.#reach()
    if (reached === undefined || this.#seat !== seat) return undefined
    const { hands, net } = reached
    const sender = new hands.Sender(seat.shelf, net, this.#log, seat.tabs, this.now)
    const pokes = hands.hearPokes(seat.shelf.name, net, seat.session, (poke) => void sender.nudge(poke))
    this.#stop.push(hands.watchWorld(sender), pokes, () => sender.stop())
    void hands.clearSentPhotos(seat.shelf)
    void sender.poke('seen')
    return { hands, net, sender }
  }

  #rise(): void {
    for (const stop of this.#stop) stop()
    this.#stop = []
    void this.#seat?.shelf.close()
    this.#seat = undefined
    this.#crew = undefined
  }

  #hear(news: News): void {
    for (const ear of [...this.#ears]) ear(news)
  }
}
