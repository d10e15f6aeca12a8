// A grid that this phone holds nothing of: its snapshot comes part by part, each durable, so that a killed tab goes on where it was.
import { isPart, readPart, type Part } from '../sync/snapshot'
import { touchedMs } from '../sync/subjects/kept'
import { notes } from './lacking'
import type { Holder, Net } from './net'
import { shapeRow } from './rows'
import { each, meta, setMeta, type Fetching, type Reading, type Shelf, type Writing } from './shelf'
import { isTrouble, type Trouble } from './trouble'

/** Rows put away at once. */
const AT_ONCE = 50

/** What one part brought. */
export interface Brought {
  /** Subjects that look different now. */
  readonly subjects: readonly string[]
}

interface Wanted {
  readonly holder: Holder
  readonly path: string
  /** The grid whose next part it is, or the subject that had been let go of. */
  readonly grid: string
  readonly subject: string
}

/** Fetches the next part of a grid that is not wholly here, or a subject that had been let go of; undefined when nothing lacks. */
export async function fetchNext(shelf: Shelf, net: Net): Promise<Brought | Trouble | undefined> {
  const wanted = await shelf.read(['meta'], next)
  if (wanted === undefined || isTrouble(wanted)) return wanted
  const answer = await net.ask({ method: 'GET', path: wanted.path }, wanted.holder)
  if (isTrouble(answer)) return answer.problem === undefined ? answer : giveUp(shelf, wanted, answer)
  const part = readPart(await answer.body.text())
  if (!isPart(part)) return { trouble: part.why === 'wire_too_new' ? 'update_needed' : 'not_our_server', detail: part.why }
  return shelf.write(['meta', 'shapes'], (tx) => take(tx, wanted, part))
}

async function next(tx: Reading): Promise<Wanted | undefined> {
  const session = await meta(tx, 'session')
  if (session === undefined) return undefined
  const { places, fetching, scope, missing } = await notes(tx)
  const holder = { person: session.person, device: session.device }
  const grid = scope.find((one) => places[one.grid] === undefined)?.grid
  if (grid !== undefined) {
    const begun = fetching[grid]
    const path = begun === undefined ? `/snapshots/${grid}` : `/snapshots/${grid}/${begun.place}/${begun.done}`
    return { holder, path, grid, subject: '' }
  }
  const [subject] = missing
  return subject === undefined ? undefined : { holder, path: `/shapes/${subject}`, grid: '', subject }
}

/** The server said no: the snapshot was replaced meanwhile, so it begins anew; a subject that is not to be had is asked for no more. */
async function giveUp(shelf: Shelf, wanted: Wanted, trouble: Trouble): Promise<Brought | Trouble> {
  const why = trouble.problem?.why
  const isOver = why === 'snapshot_gone' || (wanted.subject !== '' && why === 'not_found')
  if (!isOver) return trouble
  return shelf.write(['meta'], async (tx) => {
    const { fetching, missing } = await notes(tx)
    await setMeta(tx, 'fetching', without(fetching, wanted.grid))
    await setMeta(tx, 'missing', missing.filter((one) => one !== wanted.subject))
    return { subjects: [] }
  })
}

function without<T>(record: Readonly<Record<string, T>>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([one]) => one !== name))
}

/** One part in one write with how far it has come, or nothing of it. */
async function take(tx: Writing, wanted: Wanted, part: Part): Promise<Brought | Trouble> {
  const trouble = await distrust(tx, wanted, part)
  if (trouble !== undefined) return trouble
  const { places, fetching, missing } = await notes(tx)
  const begun = fetching[wanted.grid]
  const base = begun?.place ?? part.place
  if (wanted.grid !== '' && part.part !== (begun?.done ?? 0)) return { subjects: [] }
  await putAway(tx, part, base)
  const subjects = part.shapes.map((shape) => shape.subject)
  if (wanted.subject !== '') {
    await setMeta(tx, 'missing', missing.filter((one) => one !== wanted.subject))
    return { subjects }
  }
  const went: Fetching = {
    ...{ place: base, parts: part.parts, done: part.part + 1 },
    ...{ total: begun?.total ?? part.total, got: (begun?.got ?? 0) + (part.part < part.parts - 1 ? subjects.length : 0) },
  }
  if (went.done < went.parts) {
    await setMeta(tx, 'fetching', { ...fetching, [wanted.grid]: went })
    return { subjects }
  }
  await setMeta(tx, 'fetching', without(fetching, wanted.grid))
  await setMeta(tx, 'places', { ...places, [wanted.grid]: base })
  return { subjects: [...subjects, ...(await clearBefore(tx, wanted.grid, base))] }
}

/** A few rows at a time, lest a slow phone's screen stand still while all are packed. */
async function putAway(tx: Writing, part: Part, base: number): Promise<void> {
  const shapes = tx.objectStore('shapes')
  for (let from = 0; from < part.shapes.length; from += AT_ONCE) {
    await each(part.shapes.slice(from, from + AT_ONCE), (shape) => shapes.put(shapeRow(shape, part.place, base, touchedMs(shape))))
  }
}

/** Why nothing of this part may be applied; undefined when it may. */
async function distrust(tx: Writing, wanted: Wanted, part: Part): Promise<Trouble | undefined> {
  const epoch = (await meta(tx, 'epoch')) ?? ''
  if (epoch !== '' && epoch !== part.epoch) return { trouble: 'other_epoch', detail: `${epoch}, then ${part.epoch}` }
  if (wanted.grid !== '' && wanted.grid !== part.grid) return { trouble: 'not_our_server', detail: `a part of ${part.grid}` }
  const now = await meta(tx, 'session')
  return now?.device === wanted.holder.device ? undefined : { trouble: 'not_entered' }
}

/** Lets go of shapes that lay here before this snapshot and are not of it. */
async function clearBefore(tx: Writing, grid: string, base: number): Promise<readonly string[]> {
  const shapes = tx.objectStore('shapes')
  const old = (await shapes.index('grid').getAll(grid)).filter((row) => row.base !== base).map((row) => row.subject)
  await each(old, (subject) => shapes.delete(subject))
  return old
}
