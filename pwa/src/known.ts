// What is on this phone's shelf, held ready for the pages and kept current as it changes, here or in another tab.
import type { Device } from './device/device'
import { each, type OutboxRow, type ShapeRow, type Shelf } from './device/shelf'
import { isTrouble, type Trouble } from './device/trouble'
import { kindOf } from './sync/op'
import { seenFrom, type Seen } from './seen'

type Ear = (kinds: ReadonlySet<string>) => void

/** The subjects of one device, read when first asked for. */
export class Known {
  readonly #device: Device
  readonly #ears = new Set<Ear>()
  readonly #kinds = new Map<string, Map<string, Seen>>()
  /** Reads follow each other, so that an older one never overwrites a newer one. */
  #turn: Promise<unknown> = Promise.resolve()
  #shelf: Shelf | undefined

  constructor(device: Device) {
    this.#device = device
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
    return this.#inTurn(async () => {
      const held = this.#kinds.get(kind)
      if (held !== undefined) return held
      const shelf = this.#device.seat?.shelf
      const read = shelf === undefined ? new Map<string, Seen>() : await readKind(shelf, kind)
      if (read !== undefined) this.#kinds.set(kind, read)
      return read
    })
  }

  async subject(id: string): Promise<Seen | undefined> {
    return (await this.kind(kindOf(id)))?.get(id)
  }

  /** Another person is in, or nobody: nothing of before is shown any more. */
  #begin(shelf: Shelf | undefined): void {
    this.#shelf = shelf
    const kinds = new Set(this.#kinds.keys())
    void this.#inTurn(() => {
      this.#kinds.clear()
      return Promise.resolve()
    }).then(() => this.#tell(kinds))
  }

  async #refresh(subjects: readonly string[]): Promise<void> {
    await this.#inTurn(async () => {
      const shelf = this.#device.seat?.shelf
      const held = subjects.filter((id) => this.#kinds.has(kindOf(id)))
      if (shelf === undefined || held.length === 0) return
      const fresh = await readSubjects(shelf, held)
      if (isTrouble(fresh)) return
      for (const [at, id] of held.entries()) {
        const kind = this.#kinds.get(kindOf(id))
        const seen = fresh[at]
        if (seen === undefined) kind?.delete(id)
        else kind?.set(id, seen)
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

async function readKind(shelf: Shelf, kind: string): Promise<Map<string, Seen> | undefined> {
  const read = await shelf.read(['shapes', 'outbox'], async (tx) => {
    const rows = await tx.objectStore('shapes').index('kind').getAll(kind)
    const own = (await tx.objectStore('outbox').getAll()).filter((row) => row.kind === kind)
    return { rows, own }
  })
  if (isTrouble(read)) return undefined
  const placed = new Map(read.rows.map((row) => [row.subject, row]))
  const own = grouped(read.own)
  const ids = new Set([...placed.keys(), ...own.keys()])
  const all = [...ids].map((id) => [id, seenFrom(id, placed.get(id), own.get(id) ?? [])] as const)
  return new Map(all.filter((pair): pair is [string, Seen] => pair[1] !== undefined))
}

function grouped(rows: readonly OutboxRow[]): Map<string, OutboxRow[]> {
  const by = new Map<string, OutboxRow[]>()
  for (const row of rows) by.set(row.subject, [...(by.get(row.subject) ?? []), row])
  return by
}

async function readSubjects(shelf: Shelf, ids: readonly string[]): Promise<(Seen | undefined)[] | Trouble> {
  return shelf.read(['shapes', 'outbox'], async (tx) => {
    const shapes: (ShapeRow | undefined)[] = await each(ids, (id) => tx.objectStore('shapes').get(id))
    const own = await each(ids, (id) => tx.objectStore('outbox').index('subject').getAll(id))
    return ids.map((id, at) => seenFrom(id, shapes[at], own[at] ?? []))
  })
}
