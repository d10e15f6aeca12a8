// What the server placed: it goes into the log and the shapes in one write with its place. Own waiting ops are not here.
import { empty, fold } from '../sync/fold'
import { LAW_VERSION, lawOf } from '../sync/law'
import type { Change } from '../sync/op'
import { isUnreadable, readOp, type Changes, type Placed } from '../sync/wire'
import type { GridLog, Rewound, Taken } from './exchange'
import { each, meta, setMeta, type LogRow, type ShapeRow, type Shelf, type Writing } from './shelf'
import type { Trouble } from './trouble'

/** What the shapes on this phone were made by; another one than the present means: make them again from the log. */
const FOLDED_BY = `${LAW_VERSION}:${__VERSION__}`
/** How many changes are read at once while the shapes are made again. */
const REBUILD_PAGE = 1000

/** The logs of the grids on this phone, as the exchange fills them. */
export const gridLog: GridLog = { open, isReady, take, rewind, forget }

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
async function isReady(tx: Writing): Promise<boolean> {
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
  const made = subjects.map((subject, at) => shapeAfter(subject, stood[at], bySubject.get(subject) ?? []))
  await each(
    made.filter((row) => row !== undefined),
    (row) => shapes.put(row),
  )
  return changes
}

function shapeAfter(subject: string, stood: ShapeRow | undefined, changes: readonly Change[]): ShapeRow | undefined {
  const law = lawOf(subject)
  const [first] = changes
  const last = changes[changes.length - 1]
  if (law === null || first === undefined || last === undefined) return undefined
  const shape = fold(law, stood?.shape ?? empty(subject, first.op.grid), changes)
  const { kind, grid } = shape
  return { subject, kind, grid, place: last.place, updated_ms: Math.max(last.credited_ms, stood?.updated_ms ?? 0), shape }
}

/** A log row as a change; undefined when this version of the app cannot read it. It stays in the log for one that can. */
function changeOf({ place, placed_ms, credited_ms, role, text }: Placed): Change | undefined {
  const op = readOp(text)
  return isUnreadable(op) ? undefined : { place, placed_ms, credited_ms, role, op }
}

/** Goes back to a place: takes out what lies behind it, and makes the shapes of the grid again from what is left. */
async function rewind(tx: Writing, grid: string, place: number): Promise<Rewound> {
  const log = tx.objectStore('log')
  const rows = await log.getAll(IDBKeyRange.bound([grid, place + 1], [grid, Infinity]))
  if (rows.length === 0) return { rows, subjects: [] }
  await log.delete(IDBKeyRange.bound([grid, place + 1], [grid, Infinity]))
  const shapes = tx.objectStore('shapes')
  const subjects = await shapes.index('grid').getAllKeys(grid)
  await each(subjects, (subject) => shapes.delete(subject))
  await foldIn(tx, await log.getAll(IDBKeyRange.bound([grid, 0], [grid, place])))
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

/** Makes the shapes again from the log when another version of law or fold made them: all of them, or as they were. */
async function open(shelf: Shelf): Promise<Trouble | undefined> {
  return shelf.write(['meta', 'log', 'shapes'], async (tx) => {
    if (await isReady(tx)) return undefined
    await tx.objectStore('shapes').clear()
    let after: [string, number] = ['', 0]
    for (;;) {
      const rows = await tx.objectStore('log').getAll(IDBKeyRange.lowerBound(after, true), REBUILD_PAGE)
      const last = rows[rows.length - 1]
      if (last === undefined) break
      await foldIn(tx, rows)
      after = [last.grid, last.place]
    }
    await setMeta(tx, 'folded_by', FOLDED_BY)
    return undefined
  })
}
