// After the server was restored: what this phone holds of its earlier life is laid aside, and offered back before anything else is said.
import type { Op } from '../sync/op'
import type { Offer, Receipt, Reply } from '../sync/wire'
import type { GridLog } from './exchange'
import { unhearOfParked, unsettle } from './outbox'
import { each, meta, setMeta, type LogRow, type OfferRow, type Session, type Writing, type Reading } from './shelf'

/** How many offers that could not be placed go along with an ordinary Ask. */
const LATER_AT_ONCE = 20
/** The server's clerk: what he said stays with what he answered. */
const CLERK = 'clerk'

/** The offers of one Ask, and where they lie. */
export interface Offering {
  readonly keys: readonly number[]
  readonly offers: readonly Offer[]
  /** Nothing else goes with them: they come first. */
  readonly isAlone: boolean
}

/** Turns to the server's new life, in one write: lays aside what may be lacking there, and goes back to where both agree. */
export async function turn(tx: Writing, log: GridLog | undefined, session: Session, reply: Reply): Promise<readonly string[]> {
  const before = (await meta(tx, 'places')) ?? {}
  const places: Record<string, number> = {}
  const rows: LogRow[] = []
  const subjects: string[] = []
  for (const [grid, place] of Object.entries(before)) {
    const kept = Math.min(place, reply.kept[grid] ?? 0)
    const gone = log === undefined ? { rows: [], subjects: [] } : await log.rewind(tx, grid, kept)
    rows.push(...gone.rows)
    subjects.push(...gone.subjects)
    // What was folded cannot be taken apart: a grid that lost something is fetched anew, as a snapshot.
    if (kept === place) places[grid] = place
  }
  const own = [...(await refusedBehind(tx, session.device, reply.next_seq)), ...(await unsettle(tx, session.device))]
  await unhearOfParked(tx, session.device, reply.next_seq)
  const offers = [...rows.map(offerOf), ...own.sort((a, b) => a.receipt.seq - b.receipt.seq).map((one) => offerOfOwn(session.device, one))]
  await lay(tx, offers)
  await sendFilesAgain(tx)
  await setMeta(tx, 'places', places)
  await setMeta(tx, 'fetching', {})
  await setMeta(tx, 'epoch', reply.epoch)
  await setMeta(tx, 'mended', true)
  return subjects
}

/** The server may lack photos and voices that it once had. Each that lies here goes once more behind its op; of one that is there the first answer says so. */
async function sendFilesAgain(tx: Writing): Promise<void> {
  const photos = tx.objectStore('photos')
  await each(await photos.index('state').getAll('sent'), (row) => photos.put({ ...row, state: 'bound', where: '' }))
}

/** Lays offers aside behind those of the lives before, whether these were taken or not: each number once, as it was placed if any says so. */
async function lay(tx: Writing, fresh: readonly Offer[]): Promise<void> {
  const store = tx.objectStore('offers')
  const known = await laid(tx)
  const once = new Map<string, Offer>()
  for (const offer of [...known.map(({ row }) => row.offer), ...fresh]) {
    const number = `${offer[0]}.${offer[1]}`
    const held = once.get(number)
    if (held === undefined || (held[2] !== 'placed' && offer[2] === 'placed')) once.set(number, offer)
  }
  await each(known, ({ key }) => store.delete(key))
  await each([...once.values()], (offer) => store.add({ offer, later: false }))
}

/** Lets go of what was taken and will not be offered any more, as `goes` says of it. */
export async function letGoOffers(tx: Writing, goes: (offer: { readonly grid: string; readonly placed_ms: number }) => boolean): Promise<void> {
  const gone = (await laid(tx)).filter(({ row: { given, offer: [, , , grid, , placed_ms] } }) => given === true && goes({ grid, placed_ms }))
  await each(gone, ({ key }) => tx.objectStore('offers').delete(key))
}

interface Laid {
  readonly key: number
  readonly row: OfferRow
}

/** All that is laid aside, in its order. */
async function laid(tx: Reading | Writing): Promise<readonly Laid[]> {
  const store = (tx as Reading).objectStore('offers')
  const [keys, rows] = await Promise.all([store.getAllKeys(), store.getAll()])
  return keys.map((key, at) => ({ key, row: rows[at] })).filter((one): one is Laid => one.row !== undefined)
}

interface Told {
  readonly text: string
  readonly receipt: Receipt
}

async function refusedBehind(tx: Writing, device: string, next_seq: number): Promise<Told[]> {
  const rows = await tx.objectStore('fates').getAll()
  return rows.filter((row) => row.device === device && row.seq >= next_seq && row.receipt.mark !== '')
}

function offerOf({ grid, place, placed_ms, credited_ms, role, text, mark }: LogRow): Offer {
  const { device, seq } = JSON.parse(text) as Op
  return [device, seq, 'placed', grid, place, placed_ms, credited_ms, role, '', text, mark]
}

function offerOfOwn(device: string, { text, receipt }: Told): Offer {
  const { seq, fate, grid, place, placed_ms, credited_ms, role, why, mark } = receipt
  return [device, seq, fate, grid, place, placed_ms, credited_ms, role, why, text, mark]
}

/** What to offer now: as much as fits, in its order; else a few of those that had to wait; undefined when nothing is left. */
export async function offering(tx: Reading, most: { readonly ops: number; readonly bytes: number }): Promise<Offering | undefined> {
  const all = (await laid(tx)).filter(({ row }) => row.given !== true)
  if (all.length === 0) return undefined
  const fresh = all.filter(({ row }) => !row.later)
  const chosen = fresh.length > 0 ? whole(fresh, most) : all.slice(0, LATER_AT_ONCE)
  return { keys: chosen.map(({ key }) => key), offers: chosen.map(({ row }) => row.offer), isAlone: fresh.length > 0 }
}

/** The first that fit, ended before an op that is not the clerk's: what he said is not cut off from what he answered. */
function whole<T extends { readonly row: OfferRow }>(rows: readonly T[], most: { readonly ops: number; readonly bytes: number }): readonly T[] {
  let bytes = 0
  let count = 0
  for (const { row } of rows.slice(0, most.ops)) {
    bytes += new TextEncoder().encode(JSON.stringify(row.offer)).length
    if (count > 0 && bytes > most.bytes) break
    count += 1
  }
  const isClerks = (at: number): boolean => rows[at]?.row.offer[0].startsWith(CLERK) === true
  let end = count
  while (end > 0 && end < rows.length && isClerks(end)) end -= 1
  return rows.slice(0, end > 0 ? end : count)
}

/** What the server has taken stays for a next restore; what it cannot place yet is offered again. */
export async function settleOffers(tx: Writing, offered: Offering, later: Reply['later']): Promise<void> {
  const waiting = new Set(later.map(([device, seq]) => `${device}.${seq}`))
  const store = tx.objectStore('offers')
  await each(offered.keys.map((key, at) => ({ key, offer: offered.offers[at] })), async ({ key, offer }) => {
    if (offer === undefined) return
    await store.put(waiting.has(`${offer[0]}.${offer[1]}`) ? { offer, later: true } : { offer, later: false, given: true }, key)
  })
}
