// What the server placed: it goes into the log and the shapes in one write with its place. Own waiting ops are not here.
import { empty, fold } from '../sync/fold'
import { LAW_VERSION, lawOf } from '../sync/law'
import { kindOf, subjectId, type Change, type Op } from '../sync/op'
import { isUnreadable, readOp, type Changes, type Placed } from '../sync/wire'
import type { GridLog, Rewound, Taken } from './exchange'
import { fetchNext } from './firstly'
import { ROWS_VERSION, shapeRow } from './rows'
import { each, meta, setMeta, type LogRow, type Reading, type ShapeRow, type Shelf, type Writing } from './shelf'
import { tidy } from './tidy'
import { isTrouble, type Trouble } from './trouble'

/** What the shapes on this phone were made by; another one than the present means: make them again from the log. */
const FOLDED_BY = `${LAW_VERSION}:${__VERSION__}:${ROWS_VERSION}`
/** Rows made again in one write: a few tens of milliseconds on a slow phone. */
const AT_ONCE = 200

/** The logs of the grids on this phone, as the exchange fills them. */
export const gridLog: GridLog = { open, isReady, take, rewind, forget, fetch: fetchNext, tidy }

/** Takes one grid's changes behind `place`. Those already here are passed over; at a gap it stops. */
async function take(tx: Writing, grid: string, place: number, changes: Changes): Promise<Taken> {
  const rows: LogRow[] = []
  for (const placed of changes.ops) {
    if (placed.place === place + rows.length + 1) rows.push({ grid, ...placed })
  }
  await each(rows, (row) => tx.objectStore('log').put(row))
  return { place: place + rows.length, changes: await foldIn(tx, rows) }
}

/** Whether this version of law and fold made the shapes; while it did not, nothing may be folded into them. */
async function isReady(tx: Reading | Writing): Promise<boolean> {
  return (await meta(tx, 'folded_by')) === FOLDED_BY
}

/** Folds log rows, in the order of their places, into the shapes they concern. Answers the changes that could be read. */
async function foldIn(tx: Writing, rows: readonly LogRow[]): Promise<Change[]> {
  const changes = rows.map(changeOf).filter((change) => change !== undefined)
  const bySubject = new Map<string, Change[]>()
  for (const change of changes) {
    const group = bySubject.get(change.op.subject)
    if (group === undefined) bySubject.set(change.op.subject, [change])
    else group.push(change)
  }
  const shapes = tx.objectStore('shapes')
  const subjects = [...bySubject.keys()]
  const stood = await each(subjects, (subject) => shapes.get(subject))
  const gone = subjects.filter((subject, at) => stood[at] === undefined && !begins(bySubject.get(subject)?.[0]?.op))
  if (gone.length > 0) await setMeta(tx, 'missing', [...new Set([...((await meta(tx, 'missing')) ?? []), ...gone])])
  const made = subjects.map((subject, at) => {
    return gone.includes(subject) ? undefined : shapeAfter(subject, stood[at], bySubject.get(subject) ?? [])
  })
  await each(
    made.filter((row) => row !== undefined),
    (row) => shapes.put(row),
  )
  return changes
}

/** Whether an op begins its subject. Another one's subject had been let go of when it is not here. */
function begins(op: Op | undefined): boolean {
  return op === undefined || lawOf(op.subject) === null || op.subject === subjectId(kindOf(op.subject), op.device, op.seq)
}

/** The shape with what it does not hold yet: it may have come with a snapshot of a later place. */
function shapeAfter(subject: string, stood: ShapeRow | undefined, came: readonly Change[]): ShapeRow | undefined {
  const law = lawOf(subject)
  const changes = came.filter((change) => change.place > (stood?.place ?? 0))
  const [first] = changes
  const last = changes[changes.length - 1]
  if (law === null || first === undefined || last === undefined) return undefined
  const shape = fold(law, stood?.shape ?? empty(subject, first.op.grid), changes)
  return shapeRow(shape, last.place, stood?.base ?? 0, Math.max(last.credited_ms, stood?.updated_ms ?? 0))
}

/** A log row as a change; undefined when this version of the app cannot read it. It stays in the log for one that can. */
function changeOf({ place, placed_ms, credited_ms, role, text }: Placed): Change | undefined {
  const op = readOp(text)
  return isUnreadable(op) ? undefined : { place, placed_ms, credited_ms, role, op }
}

/** Takes out what lies behind a place, with the shapes it had made: the grid comes as a snapshot of the server's new life. */
async function rewind(tx: Writing, grid: string, place: number): Promise<Rewound> {
  const log = tx.objectStore('log')
  const behind = IDBKeyRange.bound([grid, place + 1], [grid, Infinity])
  const rows = await log.getAll(behind)
  await log.delete(behind)
  const subjects = [...new Set(rows.map(changeOf).flatMap((change) => (change === undefined ? [] : [change.op.subject])))]
  await each(subjects, (subject) => tx.objectStore('shapes').delete(subject))
  return { rows, subjects }
}

/** Forgets a grid that this person may read no more. Whether something of it is unsent has been asked before. */
async function forget(tx: Writing, grid: string): Promise<readonly string[]> {
  const shapes = tx.objectStore('shapes')
  await tx.objectStore('log').delete(IDBKeyRange.bound([grid, 0], [grid, Infinity]))
  const subjects = await shapes.index('grid').getAllKeys(grid)
  await each(subjects, (subject) => shapes.delete(subject))
  return subjects
}

/**
 * Another version of law or fold made the shapes: the server's newest snapshot will replace them. What is here serves until then, and
 * what was said here stays on top.
 */
async function open(shelf: Shelf): Promise<Trouble | undefined> {
  const isSame = await shelf.read(['meta'], isReady)
  if (isTrouble(isSame)) return isSame
  if (isSame) return undefined
  const trouble = await noteBeside(shelf)
  if (trouble !== undefined) return trouble
  return shelf.write(['meta'], async (tx) => {
    await setMeta(tx, 'places', {})
    await setMeta(tx, 'fetching', {})
    await setMeta(tx, 'folded_by', FOLDED_BY)
    return undefined
  })
}

/** Notes anew what stands beside each shape; a kill in between leaves the rest for the next time. */
async function noteBeside(shelf: Shelf): Promise<Trouble | undefined> {
  for (let from: string | undefined = ''; from !== undefined; ) {
    const behind = IDBKeyRange.lowerBound(from, true)
    const last: string | undefined | Trouble = await shelf.write(['shapes'], async (tx) => {
      const shapes = tx.objectStore('shapes')
      const rows = await shapes.getAll(behind, AT_ONCE)
      await each(rows, ({ shape, place, base, updated_ms }) => shapes.put(shapeRow(shape, place, base, updated_ms)))
      return rows.length < AT_ONCE ? undefined : rows[rows.length - 1]?.subject
    })
    if (isTrouble(last)) return last
    from = last
  }
  return undefined
}
