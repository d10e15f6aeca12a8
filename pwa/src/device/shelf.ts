// The phone's store: which rows it holds, how it is opened, and the one way to write to it. What the rows mean is told elsewhere.
import { deleteDB, openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb'
import type { Shape } from '../sync/fold'
import type { Book } from '../sync/rules/book'
import type { Offer, Receipt, Scope } from '../sync/wire'
import { storeTrouble, type Trouble } from './trouble'

/** A change as the server placed it; the text as its author wrote it, kept also when this version cannot read it. */
export interface LogRow {
  readonly grid: string
  readonly place: number
  readonly placed_ms: number
  readonly credited_ms: number
  readonly role: string
  readonly text: string
  /** By which the server knows its own word again. */
  readonly mark: string
}

/** A public key of the server that checks receipts; 32 bytes as base64url. */
export interface ReceiptKey {
  readonly id: string
  readonly public: string
}

/** A signed receipt for an own op, kept for good: it proves by itself when the server had what. */
export interface ReceiptRow {
  readonly device: string
  readonly seq: number
  readonly hash: string
  readonly subject: string
  readonly name: string
  readonly grid: string
  /** 0 for one that was not placed. */
  readonly place: number
  readonly receipt: Receipt
  /** The life of the server in which it holds. */
  readonly epoch: string
  /** Its way up to what was signed. */
  readonly steps: readonly string[]
  readonly key: string
  readonly signature: string
  /** By this phone's clock. */
  readonly told_ms: number
}

/** Something of the server's earlier life that waits to be offered back; `later` once it could not be placed yet. */
export interface OfferRow {
  readonly offer: Offer
  readonly later: boolean
  /** It was taken, and is kept for a next restore: it may come back to this phone in no other shape than folded. */
  readonly given?: true
}

/** An own op that is not yet both receipted and back in the log. Only outbox.ts takes it away. */
export interface OutboxRow {
  readonly device: string
  readonly seq: number
  readonly hash: string
  readonly text: string
  readonly subject: string
  readonly kind: string
  readonly name: string
  readonly grid: string
  /** The role in which its author may make it, as `admit` said. */
  readonly role: string
  readonly made_ms: number
  /** Once received and placed; it stays until its place in the log has reached this phone. */
  readonly receipt?: Receipt
}

/** Cache: what the placed log of one subject adds up to. */
export interface ShapeRow {
  readonly subject: string
  readonly kind: string
  readonly grid: string
  /** Place of the last change folded in. */
  readonly place: number
  /** The place of the snapshot it came with; 0 when it began here. */
  readonly base: number
  /** Credited time of the last change. */
  readonly updated_ms: number
  readonly shape: Shape
  /** What rows.ts notes beside it: its words, for searching; 1 where the first page may ask for it. */
  readonly words?: string
  readonly day?: 1
}

/** An own op that the server refused or could not read: kept for ever, shown to its author. */
export interface FateRow {
  readonly device: string
  readonly seq: number
  readonly hash: string
  readonly text: string
  readonly receipt: Receipt
  /** What it had before the town decided: what stands if a restore takes the town's word back. */
  readonly parked?: Receipt
  readonly told_ms: number
  readonly read: boolean
}

export interface DraftRow {
  readonly key: string
  readonly value: unknown
  readonly saved_ms: number
}

/** `kept`: taken, no op names it yet. `bound`: an op names it, it waits. `sent`: the server has it. `aside`: its op, or itself, was refused. */
export type PhotoState = 'kept' | 'bound' | 'sent' | 'aside'

/** A photo or a voice: what is known of it. */
export interface PhotoRow {
  readonly hash: string
  readonly kind: 'photo' | 'voice'
  readonly size: number
  readonly type: string
  readonly state: PhotoState
  readonly made_ms: number
  /** The op that names it, once there is one. */
  readonly device: string
  readonly seq: number
  readonly grid: string
  readonly subject: string
  /** Address of its upload, once begun. */
  readonly where?: string
  /** With `sent`: when, by the server's clock. Absent in what an earlier version sent. */
  readonly sent_ms?: number
  /** With `aside`: the server's word for why it will not have it; "" when its op was refused. */
  readonly why?: string
}

/** The bytes of a photo or a voice, sealed, and apart, so that counting them does not read them. */
export interface PictureRow {
  readonly hash: string
  /** Whose key it is sealed with. */
  readonly device: string
  readonly nonce: Uint8Array<ArrayBuffer>
  readonly sealed: ArrayBuffer
}

export interface LinkRow {
  readonly subject: string
  readonly token: string
}

/** Who works with this store, on which device, in which grids. */
export interface Session {
  readonly person: string
  readonly name: string
  readonly account: string
  readonly device: string
  /** By it the device is given again where a restore has lost it; absent in the store of an earlier version. */
  readonly mark?: string
  readonly roles: readonly string[]
}

/** Where this device's chain of ops stands. */
export interface Chain {
  readonly next_seq: number
  /** Hash of its latest op; "" before the first. */
  readonly head: string
  /** The latest stamp made or seen; "" before the first. */
  readonly stamp: string
}

/** How far a grid's snapshot has come; see firstly.ts. */
export interface Fetching {
  readonly place: number
  readonly parts: number
  /** How many parts are here: 0 to `done` - 1. */
  readonly done: number
  /** How many subjects there are, and how many of them are here. */
  readonly total: number
  readonly got: number
}

export interface Contact {
  /** By this phone's clock. */
  readonly at_ms: number
  /** How far this phone's clock runs ahead of the server's. */
  readonly skew_ms: number
}

export interface Meta {
  readonly session: Session
  readonly chain: Chain
  readonly places: Readonly<Record<string, number>>
  readonly scope: readonly Scope[]
  /** Per grid the view under which its log was fetched; see `Scope.view`. */
  readonly views: Readonly<Record<string, string>>
  readonly epoch: string
  /** Hash of the newest receipt. */
  readonly heard: string
  readonly contact: Contact
  readonly book: Book
  /** The version of `book`, so that asking for it does not read the whole. */
  readonly book_version: string
  /** Grids whose snapshot is not wholly here. */
  readonly fetching: Readonly<Record<string, Fetching>>
  /** Subjects that had been let go of and were named again. */
  readonly missing: readonly string[]
  /** When old rows were last let go of, by this phone's clock. */
  readonly tidied_ms: number
  /** The version of law and fold that made the shapes. */
  readonly folded_by: string
  /** The server's public keys, the present one first. */
  readonly keys: readonly ReceiptKey[]
  /** Whether the server was restored since this store began. */
  readonly mended: boolean
}

export interface ShelfSchema extends DBSchema {
  meta: { key: keyof Meta; value: Meta[keyof Meta] }
  outbox: { key: [string, number]; value: OutboxRow; indexes: { subject: string } }
  log: { key: [string, number]; value: LogRow }
  shapes: { key: string; value: ShapeRow; indexes: { kind: string; grid: string; day: number } }
  fates: { key: [string, number]; value: FateRow }
  drafts: { key: string; value: DraftRow }
  photos: { key: string; value: PhotoRow; indexes: { state: string } }
  pictures: { key: string; value: PictureRow }
  keys: { key: string; value: CryptoKey }
  links: { key: string; value: LinkRow }
  offers: { key: number; value: OfferRow }
  receipts: { key: [string, number]; value: ReceiptRow; indexes: { place: [string, number] } }
}

export type StoreName = StoreNames<ShelfSchema>
export type Reading = IDBPTransaction<ShelfSchema, StoreName[]>
export type Writing = IDBPTransaction<ShelfSchema, StoreName[], 'readwrite'>

type Migration = (db: IDBPDatabase<ShelfSchema>, tx: IDBPTransaction<ShelfSchema, StoreName[], 'versionchange'>) => void

/** The n-th brings version n to n + 1. One that was released is never changed; a new one is added. */
const MIGRATIONS: readonly Migration[] = [
  (db) => {
    db.createObjectStore('meta')
    db.createObjectStore('outbox', { keyPath: ['device', 'seq'] }).createIndex('subject', 'subject')
    db.createObjectStore('log', { keyPath: ['grid', 'place'] })
    const shapes = db.createObjectStore('shapes', { keyPath: 'subject' })
    shapes.createIndex('kind', 'kind')
    shapes.createIndex('grid', 'grid')
    db.createObjectStore('fates', { keyPath: ['device', 'seq'] })
    db.createObjectStore('drafts', { keyPath: 'key' })
    db.createObjectStore('photos', { keyPath: 'hash' }).createIndex('state', 'state')
    db.createObjectStore('pictures', { keyPath: 'hash' })
    db.createObjectStore('links', { keyPath: 'subject' })
  },
  (db) => {
    db.createObjectStore('receipts', { keyPath: ['device', 'seq'] }).createIndex('place', ['grid', 'place'])
  },
  // Keys that seal pictures, by device. They never leave this store.
  (db) => {
    db.createObjectStore('keys')
  },
  (db) => {
    db.createObjectStore('offers', { autoIncrement: true })
  },
  // Holds the few rows that the day asks for. Those that lie here are put in when the store is opened; see placed.ts.
  (_db, tx) => {
    tx.objectStore('shapes').createIndex('day', 'day')
  },
]

/** One person's store on this phone. Opened on first use, and again after the browser has closed it. */
export class Shelf {
  readonly name: string
  #opened: Promise<IDBPDatabase<ShelfSchema>> | undefined
  #isOver = false

  constructor(name: string) {
    this.name = name
  }

  #open(): Promise<IDBPDatabase<ShelfSchema>> {
    if (this.#isOver) return Promise.reject(new DOMException(`${this.name} was cleared`, 'InvalidStateError'))
    const gone = (): void => {
      this.#opened = undefined
    }
    this.#opened ??= openDB<ShelfSchema>(this.name, MIGRATIONS.length, {
      upgrade(db, from, _to, tx) {
        for (const migrate of MIGRATIONS.slice(from)) migrate(db, tx)
      },
      // A newer version of the app in another tab wants to migrate: make room, open again when asked.
      blocking(_current, _blocked, event) {
        gone()
        ;(event.target as IDBDatabase).close()
      },
      terminated: gone,
    }).catch((error: unknown) => {
      gone()
      throw error
    })
    return this.#opened
  }

  async #begin<Mode extends 'readonly' | 'readwrite'>(
    stores: StoreName[],
    mode: Mode,
  ): Promise<IDBPTransaction<ShelfSchema, StoreName[], Mode>> {
    const db = await this.#open()
    try {
      return db.transaction(stores, mode, { durability: 'strict' })
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'InvalidStateError') throw error
      // The browser closed the store behind our back. Nothing has begun, so once more is safe.
      this.#opened = undefined
      return (await this.#open()).transaction(stores, mode, { durability: 'strict' })
    }
  }

  /** Reads in one view of the store. `work` may wait for nothing but this transaction. */
  async read<T>(stores: StoreName[], work: (tx: Reading) => Promise<T>): Promise<T | Trouble> {
    try {
      return await work(await this.#begin(stores, 'readonly'))
    } catch (error) {
      return storeTrouble(error)
    }
  }

  /** Writes all or nothing; answers only when the transaction is complete and flushed. `work` may wait for nothing else. */
  async write<T>(stores: StoreName[], work: (tx: Writing) => Promise<T>): Promise<T | Trouble> {
    let tx: Writing
    try {
      tx = await this.#begin(stores, 'readwrite')
    } catch (error) {
      return storeTrouble(error)
    }
    const complete = tx.done.then(
      () => undefined,
      (error: unknown) => ({ error }),
    )
    try {
      const result = await work(tx)
      const failed = await complete
      return failed === undefined ? result : storeTrouble(failed.error)
    } catch (error) {
      abort(tx)
      const failed = await complete
      return storeTrouble(reasonOf(error, failed?.error))
    }
  }

  /** Closes the store; the next use opens it again. */
  async close(): Promise<void> {
    const opened = this.#opened
    this.#opened = undefined
    ;(await opened?.catch(() => undefined))?.close()
  }

  /** Clears the store for good. What is still under way with it fails, instead of making it anew. */
  async clear(): Promise<void> {
    this.#isOver = true
    await this.close()
    await deleteDB(this.name)
  }
}

/** What a request of a failed transaction says about itself; the transaction knows why. */
const CUT_OFF = ['AbortError', 'InvalidStateError', 'TransactionInactiveError']

function reasonOf(error: unknown, whole: unknown): unknown {
  const isCutOff = error instanceof DOMException && CUT_OFF.includes(error.name)
  // A bare AbortError of the whole is our own doing, and says nothing.
  const isTold = whole instanceof DOMException && whole.name !== 'AbortError'
  return isCutOff && isTold ? whole : error
}

function abort(tx: Writing): void {
  try {
    tx.abort()
  } catch {
    // It had failed by itself: that is what we wanted.
  }
}

/** Does the same to each, at once. One call that fails leaves no other's failure unheard. */
export async function each<A, B>(items: readonly A[], work: (item: A) => Promise<B>): Promise<B[]> {
  return Promise.all(items.map(async (item) => work(item)))
}

/** One value of the store's own notes; undefined while nobody has written it. */
export async function meta<K extends keyof Meta>(tx: Reading | Writing, key: K): Promise<Meta[K] | undefined> {
  return (await (tx as Reading).objectStore('meta').get(key)) as Meta[K] | undefined
}

/** Writes one of the store's own notes. */
export async function setMeta<K extends keyof Meta>(tx: Writing, key: K, value: Meta[K]): Promise<void> {
  await tx.objectStore('meta').put(value, key)
}
