// What is on this phone's shelf, held ready for the pages and kept current as it changes, here or in another tab.
import type { Device } from './device/device'
import { isOfTheDay } from './device/rows'
import { each, type OutboxRow, type ShapeRow, type Shelf } from './device/shelf'
import { isTrouble, type Trouble } from './device/trouble'
import { rest } from './rest'
import { KINDS } from './sync/law'
import { kindOf } from './sync/op'
import { seenFrom, type Seen } from './seen'

type Ear = (kinds: ReadonlySet<string>) => void
type Held = Map<string, Seen>

/** Rows read and folded at once: a slow phone takes some 30 ms for them, so that a finger never waits for all of a kind. */
const AT_ONCE = 100

/** One kind, as far as it has been read. */
interface Kind {
  readonly seen: Held
  /** Answers whether it could be read to its end. */
  readonly isWhole: Promise<boolean>
}

/** The subjects of one device, read when first asked for. */
export class Known {
  readonly #ears = new Set<Ear>()
  readonly #kinds = new Map<string, Kind>()
  #day: Held | undefined
  /** Reads follow each other, so that an older one never overwrites a newer one. */
  #turn: Promise<unknown> = Promise.resolve()
  #shelf: Shelf | undefined

  constructor(device: Device) {
    this.#shelf = device.seat?.shelf
    device.listen((news) => {
      if (news.subjects !== undefined) void this.#refresh(news.subjects)
      if (device.seat?.shelf !== this.#shelf) this.#begin(device.seat?.shelf)
    })
  }

  /** Hears which kinds changed. Answers how to stop. */
  listen(ear: Ear): () => void {
    this.#ears.add(ear)
    return () => this.#ears.delete(ear)
  }

  /** Everything of a kind, by id; undefined when the store cannot be read: that must not look like an empty one. */
  async kind(kind: string): Promise<ReadonlyMap<string, Seen> | undefined> {
    const held = this.#kinds.get(kind) ?? this.#read(kind)
    return (await held.isWhole) ? held.seen : undefined
  }

  /** What the first page may ask for (see rows.ts), of all kinds, in one read; undefined when the store cannot be read. */
  async day(): Promise<ReadonlyMap<string, Seen> | undefined> {
    if (this.#day !== undefined) return this.#day
    return this.#inTurn(async () => {
      const shelf = this.#shelf
      const read = this.#day ?? (shelf === undefined ? new Map<string, Seen>() : await readDay(shelf))
      if (shelf !== this.#shelf) return undefined
      this.#day = read
      return read
    })
  }

  /** What is known of a kind by now, while the rest of it is read. */
  soFar(kind: string): readonly Seen[] {
    return [...(this.#day?.values() ?? [])].filter((seen) => seen.kind === kind)
  }

  /** One subject, read alone while its kind is not held. */
  async subject(id: string): Promise<Seen | undefined> {
    const held = this.#kinds.get(kindOf(id))?.seen.get(id) ?? this.#day?.get(id)
    if (held !== undefined) return held
    return this.#inTurn(async () => {
      const shelf = this.#shelf
      const fresh = shelf === undefined ? [] : await readSubjects(shelf, [id])
      return isTrouble(fresh) || shelf !== this.#shelf ? undefined : fresh[0]
    })
  }

  /** Reads a kind in slices, each in its turn. */
  #read(kind: string): Kind {
    const seen: Held = new Map()
    const held: Kind = { seen, isWhole: this.#slices(kind, seen) }
    this.#kinds.set(kind, held)
    return held
  }

  async #slices(kind: string, seen: Held): Promise<boolean> {
    const shelf = this.#shelf
    if (shelf === undefined) return true
    for (let behind = `${kind}/`; ; ) {
      const from = behind
      const read = await this.#inTurn(() => readSlice(shelf, kind, from))
      if (this.#kinds.get(kind)?.seen !== seen) return false
      if (isTrouble(read)) {
        this.#kinds.delete(kind)
        return false
      }
      for (const [id, row] of read.rows) {
        // What was told of in the meantime is newer than this, or the same.
        if (!seen.has(id)) put(seen, id, this.#day?.get(id) ?? seenFrom(id, row, read.own.get(id) ?? []))
      }
      if (read.last === undefined) return true
      behind = read.last
      await rest()
    }
  }

  /** Another person is in, or nobody: nothing of before is shown any more. */
  #begin(shelf: Shelf | undefined): void {
    this.#shelf = shelf
    const kinds = new Set([...this.#kinds.keys(), ...KINDS])
    this.#kinds.clear()
    this.#day = undefined
    this.#tell(kinds)
  }

  async #refresh(subjects: readonly string[]): Promise<void> {
    await this.#inTurn(async () => {
      const shelf = this.#shelf
      const held = subjects.filter((id) => this.#day !== undefined || this.#kinds.has(kindOf(id)))
      if (shelf === undefined || held.length === 0) return
      const fresh = await readSubjects(shelf, held)
      if (isTrouble(fresh) || shelf !== this.#shelf) return
      for (const [at, id] of held.entries()) {
        const seen = fresh[at]
        put(this.#kinds.get(kindOf(id))?.seen, id, seen)
        put(this.#day, id, seen && isOfTheDay(seen.law, seen.shape) ? seen : undefined)
      }
    })
    this.#tell(new Set(subjects.map(kindOf)))
  }

  #tell(kinds: ReadonlySet<string>): void {
    for (const ear of [...this.#ears]) ear(kinds)
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work)
    this.#turn = mine.catch(() => undefined)
    return mine
  }
}

function put(held: Held | undefined, id: string, seen: Seen | undefined): void {
  if (seen === undefined) held?.delete(id)
  else held?.set(id, seen)
}

interface Slice {
  /** By id; undefined for what has only begun here. */
  readonly rows: ReadonlyMap<string, ShapeRow | undefined>
  readonly own: ReadonlyMap<string, readonly OutboxRow[]>
  /** Behind which id the next slice begins; undefined at the end. */
  readonly last: string | undefined
}

async function readSlice(shelf: Shelf, kind: string, behind: string): Promise<Slice | Trouble> {
  // Every id begins with its kind and "/"; "0" is the next character.
  const range = IDBKeyRange.bound(behind, `${kind}0`, true, true)
  return shelf.read(['shapes', 'outbox'], async (tx) => {
    const rows = await tx.objectStore('shapes').getAll(range, AT_ONCE)
    const own = grouped((await tx.objectStore('outbox').getAll()).filter((row) => row.kind === kind))
    const last = rows.length < AT_ONCE ? undefined : rows[rows.length - 1]?.subject
    const begun = last === undefined ? [...own.keys()].map((id) => [id, undefined] as const) : []
    return { rows: new Map([...begun, ...rows.map((row) => [row.subject, row] as const)]), own, last }
  })
}

async function readDay(shelf: Shelf): Promise<Held | undefined> {
  const read = await shelf.read(['shapes', 'outbox'], async (tx) => {
    const own = grouped(await tx.objectStore('outbox').getAll())
    const ids = [...own.keys()]
    const said = await each(ids, (id) => tx.objectStore('shapes').get(id))
    const rows = await tx.objectStore('shapes').index('day').getAll()
    const all = new Map([...ids.map((id, at) => [id, said[at]] as const), ...rows.map((row) => [row.subject, row] as const)])
    return [...all].map(([id, row]) => [id, seenFrom(id, row, own.get(id) ?? [])] as const)
  })
  if (isTrouble(read)) return undefined
  return new Map(read.filter((pair): pair is [string, Seen] => pair[1] !== undefined && isOfTheDay(pair[1].law, pair[1].shape)))
}

function grouped(rows: readonly OutboxRow[]): Map<string, OutboxRow[]> {
  const by = new Map<string, OutboxRow[]>()
  for (const row of rows) {
    const group = by.get(row.subject)
    if (group === undefined) by.set(row.subject, [row])
    else group.push(row)
  }
  return by
}

async function readSubjects(shelf: Shelf, ids: readonly string[]): Promise<(Seen | undefined)[] | Trouble> {
  return shelf.read(['shapes', 'outbox'], async (tx) => {
    const shapes: (ShapeRow | undefined)[] = await each(ids, (id) => tx.objectStore('shapes').get(id))
    const own = await each(ids, (id) => tx.objectStore('outbox').index('subject').getAll(id))
    return ids.map((id, at) => seenFrom(id, shapes[at], own[at] ?? []))
  })
}
