// Makes room on the phone: lets go of log rows that are folded and too old to be offered back, and of records that owe nobody anything any more.
import { lawOf } from '../sync/law'
import type { Op } from '../sync/op'
import { isKept } from '../sync/subjects/kept'
import { isUnreadable, readOp } from '../sync/wire'
import type { Brought } from './firstly'
import { letGoOffers } from './mend'
import { serverMs } from './room'
import { each, meta, setMeta, type LogRow, type Reading, type ShapeRow, type Shelf, type Writing } from './shelf'
import { isTrouble, type Trouble } from './trouble'

const HOUR_MS = 3600 * 1000
const DAY_MS = 24 * HOUR_MS
/** From so many rows on the log is looked through each hour, else each day. */
const LONG_LOG = 5_000
/** How long others' ops stay for a server that is restored from a backup: none is older than a month. */
const OFFERED_FOR_MS = 35 * DAY_MS
/** Rows looked through in one write: a few tens of milliseconds on a slow phone. */
const AT_ONCE = 500
/** The server's clerk: what he said stays with the op he answered. */
const CLERK = 'clerk'

/**
 * Lets go of what has had its time, when it is due. Nothing that was folded looks different for it. Each write is whole by itself, so a
 * kill leaves only less done. Answers the records that left; undefined when it was not due.
 */
export async function tidy(shelf: Shelf, now_ms: number): Promise<Brought | Trouble | undefined> {
  const due = await shelf.read(['meta', 'log'], (tx) => dueNow(tx, now_ms))
  if (due === undefined || isTrouble(due)) return due
  for (const grid of due.grids) {
    const trouble = await tidyLog(shelf, grid, due)
    if (trouble !== undefined) return trouble
  }
  const old_ms = due.server_ms - OFFERED_FOR_MS
  const offers = await shelf.write(['offers'], (tx) => letGoOffers(tx, ({ placed_ms }) => placed_ms <= old_ms))
  if (isTrouble(offers)) return offers
  const left = await tidyShapes(shelf, due)
  return isTrouble(left) ? left : shelf.write(['meta'], async (tx) => setMeta(tx, 'tidied_ms', now_ms).then(() => left))
}

interface Due {
  /** The server's time at the last contact: the clock here may be a year ahead. */
  readonly server_ms: number
  /** Those that are wholly here. */
  readonly grids: readonly string[]
  /** Devices that this person has had here. */
  readonly own: ReadonlySet<string>
}

async function dueNow(tx: Reading, now_ms: number): Promise<Due | undefined> {
  const [before_ms, server_ms, session] = [(await meta(tx, 'tidied_ms')) ?? 0, await serverMs(tx), await meta(tx, 'session')]
  if (server_ms === 0 || session === undefined) return undefined
  const every_ms = (await tx.objectStore('log').count()) > LONG_LOG ? HOUR_MS : DAY_MS
  if (Math.abs(now_ms - before_ms) < every_ms) return undefined
  const fetching = (await meta(tx, 'fetching')) ?? {}
  const grids = Object.keys((await meta(tx, 'places')) ?? {}).filter((grid) => fetching[grid] === undefined)
  return { server_ms, grids, own: new Set([session.device]) }
}

/** How far a log has been looked through, and whether the last op looked at stays. */
interface Way {
  readonly from: number
  readonly stays: boolean
}

/** From the oldest place on, until what comes is young. */
async function tidyLog(shelf: Shelf, grid: string, due: Due): Promise<Trouble | undefined> {
  let way: Way = { from: 0, stays: false }
  for (;;) {
    const before = way
    const next = await shelf.write(['log', 'receipts'], (tx) => tidyRows(tx, grid, before, due))
    if (next === undefined || isTrouble(next)) return next
    way = next
  }
}

/** One stretch of a log; answers where the next begins, undefined at the end. */
async function tidyRows(tx: Writing, grid: string, way: Way, due: Due): Promise<Way | undefined> {
  const log = tx.objectStore('log')
  const rows = await log.getAll(IDBKeyRange.bound([grid, way.from], [grid, Infinity]), AT_ONCE)
  const holds = await each(rows, (row) => isHeld(tx, row, due))
  let { stays } = way
  const goes: LogRow[] = []
  for (const [at, row] of rows.entries()) {
    // What the clerk said right behind an op goes and stays with it.
    stays = holds[at] === 'with its op' ? stays : holds[at] === 'yes'
    if (!stays && !isYoung(row, due)) goes.push(row)
  }
  await each(goes, ({ place }) => log.delete([grid, place]))
  const last = rows[rows.length - 1]
  if (last === undefined || rows.length < AT_ONCE || isYoung(last, due)) return undefined
  return { from: last.place + 1, stays }
}

const isYoung = ({ placed_ms }: LogRow, { server_ms }: Due): boolean => placed_ms > server_ms - OFFERED_FOR_MS

/** Whether a row stays however old it is: what this version cannot read does, for one that can, and one's own. A row withheld has no text. */
async function isHeld(tx: Writing, { text }: LogRow, due: Due): Promise<'yes' | 'no' | 'with its op'> {
  if (text === '') return 'no'
  const op = readOp(text)
  if (isUnreadable(op)) return 'yes'
  if (op.device.startsWith(CLERK)) return 'with its op'
  return (await isMine(tx, op, due)) ? 'yes' : 'no'
}

/** An own op stays for good: its text is what its receipt speaks of. */
async function isMine(tx: Writing, { device, seq }: Op, { own }: Due): Promise<boolean> {
  return own.has(device) || (await tx.objectStore('receipts').getKey([device, seq])) !== undefined
}

async function tidyShapes(shelf: Shelf, due: Due): Promise<Brought | Trouble> {
  const subjects: string[] = []
  for (let from = ''; ; ) {
    const done = await shelf.write(['shapes', 'outbox', 'fates', 'drafts', 'photos'], async (tx) => {
      const rows = await tx.objectStore('shapes').getAll(IDBKeyRange.lowerBound(from, true), AT_ONCE)
      const goes = rows.filter((row) => due.grids.includes(row.grid) && isOver(row, due))
      const bound = goes.length === 0 ? '' : await spokenOf(tx)
      const gone = goes.map(({ subject }) => subject).filter((subject) => !bound.includes(subject))
      await each(gone, (subject) => tx.objectStore('shapes').delete(subject))
      return { gone, last: rows.length < AT_ONCE ? undefined : rows[rows.length - 1]?.subject }
    })
    if (isTrouble(done)) return done
    subjects.push(...done.gone)
    if (done.last === undefined) return { subjects }
    from = done.last
  }
}

/** What a snapshot would leave out, too; but where somebody's word lost, it stays here to be seen. */
function isOver({ subject, shape }: ShapeRow, { server_ms }: Due): boolean {
  const law = lawOf(subject)
  if (law === null || isKept(law, shape, server_ms)) return false
  return Object.values(shape.fields).every(({ beside, lost }) => beside.length === 0 && lost.length === 0)
}

/** Everything here that may name a record and is not over: what waits, what was refused, drafts, photos on their way. */
async function spokenOf(tx: Reading | Writing): Promise<string> {
  const all = tx as Reading
  const photos = (await all.objectStore('photos').getAll()).filter(({ state }) => state !== 'sent')
  const rows = [await all.objectStore('outbox').getAll(), await all.objectStore('fates').getAll(), await all.objectStore('drafts').getAll()]
  return JSON.stringify([...rows, await all.objectStore('drafts').getAllKeys(), photos])
}
