// What the TypeScript phone of a history does when its server was restored, and how it begins with a snapshot: beside server/replay/mending.py and arriving.py.
import type { Shape } from '../../pwa/src/sync/fold'
import { isPart, readPart } from '../../pwa/src/sync/snapshot'
import { isUnreadable, readOp, type Offer, type Placed, type Receipt, type Reply } from '../../pwa/src/sync/wire'
import { fold, type Phone } from './phone'

/** How many offers that could not be placed go along with an ordinary Ask. */
export const LATER_AT_ONCE = 20

/** One's own op, and what became of it. */
export interface Told {
  readonly text: string
  readonly receipt: Receipt
}

/** A subject as a snapshot gave it, and the place it stands for. */
export interface Based {
  readonly place: number
  readonly shape: Shape
}

/** The phone in the server's new life: what that may lack laid aside, and back where both agree. */
export function turn(phone: Phone, reply: Reply): Phone {
  const places = Object.fromEntries(Object.entries(phone.places).map(([grid, place]) => [grid, Math.min(place, reply.kept[grid] ?? 0)]))
  const behind = ([grid, rows]: readonly [string, readonly Placed[]]): (Offer | null)[] =>
    rows.filter((row) => row.place > (places[grid] ?? 0)).map((row) => offerOf(grid, row))
  const own = [...phone.told].filter(([seq]) => seq >= reply.next_seq).sort(([a], [b]) => a - b)
  const offers = laidAside([
    ...phone.given,
    ...phone.offers,
    ...Object.entries(phone.rows).flatMap(behind),
    ...own.map(([, told]) => offerOfOwn(phone.device, told)),
    ...phone.later,
  ])
  const left = [...phone.left, phone.epoch]
  return refolded(backTo(places, { ...phone, offers, given: [], later: [], left, epoch: reply.epoch }))
}

/** Its rows up to these places; a grid whose snapshot told of a time that is lost, is begun anew. */
function backTo(places: Readonly<Record<string, number>>, phone: Phone): Phone {
  const latest: Record<string, number> = { ...phone.begun }
  for (const { place, shape } of phone.base.values()) latest[shape.grid] = Math.max(latest[shape.grid] ?? 0, place)
  const stays = (grid: string): boolean => (latest[grid] ?? 0) <= (places[grid] ?? 0)
  const only = <T>(of: Readonly<Record<string, T>>): Record<string, T> => Object.fromEntries(Object.entries(of).filter(([grid]) => stays(grid)))
  const rows = Object.entries(only(phone.rows)).map(([grid, many]) => [grid, many.filter((row) => row.place <= (places[grid] ?? 0))] as const)
  const base = new Map([...phone.base].filter(([, { shape }]) => stays(shape.grid)))
  return { ...phone, places: only(places), begun: only(phone.begun), rows: Object.fromEntries(rows), base }
}

function refolded(phone: Phone): Phone {
  const shapes = new Map([...phone.base].map(([subject, { shape }]) => [subject, shape]))
  for (const [grid, rows] of Object.entries(phone.rows)) for (const row of rows) fold(shapes, phone.base, grid, row)
  return { ...phone, shapes }
}

function offerOf(grid: string, { place, placed_ms, credited_ms, role, text, mark }: Placed): Offer | null {
  const op = readOp(text)
  if (mark === '' || isUnreadable(op)) return null
  return [op.device, op.seq, 'placed', grid, place, placed_ms, credited_ms, role, '', text, mark]
}

function offerOfOwn(device: string, { text, receipt }: Told): Offer | null {
  const { seq, fate, grid, place, placed_ms, credited_ms, role, why, mark } = receipt
  return mark === '' ? null : [device, seq, fate, grid, place, placed_ms, credited_ms, role, why, text, mark]
}

/** Each number once: as it was placed, if any of them says so. */
function laidAside(many: readonly (Offer | null)[]): readonly Offer[] {
  const once = new Map<string, Offer>()
  for (const offer of many) {
    if (offer === null) continue
    const held = once.get(numberOf(offer))
    if (held === undefined || (held[2] !== 'placed' && offer[2] === 'placed')) once.set(numberOf(offer), offer)
  }
  return [...once.values()]
}

/** The first that fit, ended before an op that is not the clerk's. */
export function whole(offers: readonly Offer[], most: number): readonly Offer[] {
  let end = Math.min(most, offers.length)
  while (end > 0 && end < offers.length && offers[end]?.[0].startsWith('clerk') === true) end -= 1
  return offers.slice(0, end > 0 ? end : most)
}

/** What was offered is kept for a next restore, or offered again another time. */
export function settled(phone: Phone, offered: readonly Offer[], later: Reply['later']): Phone {
  const gone = new Set(offered.map(numberOf))
  const waits = new Set(later.map(([device, seq]) => `${device}.${seq}`))
  const again = offered.filter((one) => waits.has(numberOf(one)))
  const isLeft = (one: Offer): boolean => !gone.has(numberOf(one))
  return {
    ...phone,
    given: [...phone.given, ...offered.filter((one) => !again.includes(one))],
    offers: phone.offers.filter(isLeft),
    later: [...phone.later.filter(isLeft), ...again],
  }
}

/** A whole snapshot of a grid, as its parts came; null when one of them is none. */
export function hold(phone: Phone, grid: string, bodies: readonly string[]): Phone | null {
  const parts = bodies.map(readPart).filter(isPart)
  const first = parts[0]
  if (first === undefined || parts.length !== bodies.length) return null
  const came = parts.flatMap(({ place, shapes }) => shapes.map((shape) => [shape.subject, { place, shape }] as const))
  const base = new Map<string, Based>([...[...phone.base].filter(([, { shape }]) => shape.grid !== grid), ...came])
  const shapes = new Map([...phone.shapes, ...came.map(([subject, { shape }]) => [subject, shape] as const)])
  const { place } = first
  return { ...phone, base, shapes, begun: { ...phone.begun, [grid]: place }, places: { ...phone.places, [grid]: place } }
}

export function numberOf([device, seq]: Offer): string {
  return `${device}.${seq}`
}
