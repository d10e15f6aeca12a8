// Phones for the tests of the device: a shelf in memory with somebody entered, and a store that can be made to fail. No tests here.
import 'fake-indexeddb/auto'
import type { Intent } from '../../pwa/src/device/outbox'
import { setMeta, Shelf, type StoreName } from '../../pwa/src/device/shelf'
import type { Trouble } from '../../pwa/src/device/trouble'

export const NOW = 1_795_000_000_000
export const GRID = '329924101001001'
export const DEVICE = 'dphone1'
export const PERSON = 'p1'

let count = 0

/** A shelf that nobody used before. */
export function freshShelf(): Shelf {
  count += 1
  return new Shelf(`sulaiban-test-${count}`)
}

/** A shelf on which a grid worker has entered, as the server would have told. */
export async function enteredShelf(): Promise<Shelf> {
  const shelf = freshShelf()
  await sureOf(
    shelf.write(['meta'], async (tx) => {
      await setMeta(tx, 'session', { person: PERSON, name: '李桂兰', account: 'wg1', device: DEVICE, roles: ['grid_worker'] })
      await setMeta(tx, 'chain', { next_seq: 1, head: '', stamp: '' })
      await setMeta(tx, 'scope', [
        { grid: GRID, name: '柳集一网格', village: '柳集村', town: '柳集镇', role: 'grid_worker', people: { [PERSON]: '李桂兰' }, view: '', until_ms: 0, covers: '' },
      ])
      await setMeta(tx, 'epoch', 'e1')
      return true
    }),
  )
  return shelf
}

/** What was answered, when it may be no trouble. */
export async function sureOf<T>(answer: Promise<T | Trouble>): Promise<T> {
  const got = await answer
  if (typeof got === 'object' && got !== null && 'trouble' in got) throw new Error(JSON.stringify(got))
  return got
}

/** A household, as a worker registers it. */
export function household(head_name = '王建国'): Intent {
  return {
    name: 'register',
    kind: 'household',
    grid: GRID,
    fields: {
      address: '柳集村三组12号',
      household_type: 'registered',
      head_name,
      members: [{ name: head_name, relation: 'head', home: 'lives_here' }],
      consent: { notice: '2026-1', way: 'spoken', at_ms: NOW, told_by: PERSON },
    },
  }
}

/** An issue, as a worker registers it. */
export function issue(title = '路灯坏了三天', more: Readonly<Record<string, unknown>> = {}): Intent {
  return {
    name: 'register',
    kind: 'issue',
    grid: GRID,
    fields: {
      ...{ title, words: '村口路灯坏了三天，晚上看不见。', channel: 'visit', nature: 'help', category: '0103' },
      ...{ anonymous: false, confidential: false, households: 1, danger: [] },
      ...{ responder: { person: PERSON, name: '李桂兰' }, reporter: { name: '王建国', phone: '15400000001' } },
      ...more,
    },
  }
}

const ALL: StoreName[] = ['meta', 'outbox', 'log', 'shapes', 'fates', 'drafts', 'photos', 'pictures', 'links', 'receipts', 'offers']

/** Everything on a shelf, as text that can be compared. */
export async function contents(shelf: Shelf): Promise<string> {
  const read = await sureOf(
    shelf.read(ALL, async (tx) => {
      const rows: Record<string, unknown> = {}
      for (const name of ALL) {
        const store = tx.objectStore(name)
        rows[name] = { keys: await store.getAllKeys(), values: await store.getAll() }
      }
      return rows
    }),
  )
  return JSON.stringify(read)
}

/** How a request may fail: the transaction is cut off with this error, or the call itself throws it. */
export interface Fault {
  readonly at: number
  readonly error: 'QuotaExceededError' | 'AbortError' | 'UnknownError' | 'InvalidStateError'
  /** Only requests that write count. */
  readonly writing?: boolean
}

interface Cuttable {
  _abort(error: string): void
}

/** Runs while the n-th request to this shelf fails: others may still be busy. Answers what came of it, and whether the fault was reached. */
export async function withFault<T>({ name: shelf }: Shelf, fault: Fault, work: () => Promise<T>): Promise<{ result: T; isReached: boolean }> {
  let requests = 0
  const whole = Object.getOwnPropertyDescriptors(IDBObjectStore.prototype)
  const all = ['put', 'add', 'delete', 'get', 'getAll', 'getKey'] as const
  const methods = (fault.writing === true ? all.slice(0, 3) : all).map((name) => ({ name, as: whole[name] }))
  for (const { name, as } of methods) {
    const method = as.value as (...given: unknown[]) => IDBRequest
    const failing = function (this: IDBObjectStore, ...given: unknown[]): IDBRequest {
      if (this.transaction.db.name !== shelf) return method.apply(this, given)
      requests += 1
      if (requests === fault.at && fault.error === 'InvalidStateError') throw new DOMException('the store was closed', fault.error)
      const request = method.apply(this, given)
      if (requests === fault.at) (this.transaction as unknown as Cuttable)._abort(fault.error)
      return request
    }
    Object.defineProperty(IDBObjectStore.prototype, name, { ...as, value: failing })
  }
  try {
    return { result: await work(), isReached: requests >= fault.at }
  } finally {
    for (const { name, as } of methods) Object.defineProperty(IDBObjectStore.prototype, name, as)
  }
}
