// A phone without a screen on the TypeScript core: the twin of server/replay/phone.py. A state is never changed, so a transaction can fail.
import { admit, isRefusal, type Area } from '../../pwa/src/sync/admit'
import { tick, witness } from '../../pwa/src/sync/clock'
import { empty, step, type Shape } from '../../pwa/src/sync/fold'
import { lawOf } from '../../pwa/src/sync/law'
import { opHash, OP_VERSION, subjectId, writeOp, type Change, type Json, type JsonMap, type Op } from '../../pwa/src/sync/op'
import { isUnreadable, readOp, readReply, write, type Offer, type Placed, type Receipt, type Reply } from '../../pwa/src/sync/wire'
import { canonical } from '../sync/calls'
import { LATER_AT_ONCE, numberOf, settled, turn, whole, type Based, type Told } from './turn'

/** An op that has no receipt yet: what was written, and its hash. */
interface Waiting {
  readonly seq: number
  readonly text: string
  readonly hash: string
  readonly op: Op
}

/** Everything that lies on the phone's disk. */
export interface Phone {
  readonly device: string
  readonly person: string
  readonly nextSeq: number
  readonly prev: string
  readonly lastStamp: string
  readonly epoch: string
  readonly heard: string
  readonly places: Readonly<Record<string, number>>
  readonly outbox: readonly Waiting[]
  readonly refused: readonly Receipt[]
  readonly shapes: ReadonlyMap<string, Shape>
  /** Whether it begins a grid with its snapshot. */
  readonly arriving: boolean
  readonly begun: Readonly<Record<string, number>>
  readonly base: ReadonlyMap<string, Based>
  readonly rows: Readonly<Record<string, readonly Placed[]>>
  readonly told: ReadonlyMap<number, Told>
  readonly offers: readonly Offer[]
  readonly later: readonly Offer[]
  readonly given: readonly Offer[]
  readonly left: readonly string[]
}

/** What somebody wants to say. */
export interface Saying {
  readonly now_ms: number
  readonly areas: readonly Area[]
  readonly grid: string
  readonly name: string
  readonly fields: JsonMap
  readonly kind: string
  readonly subject: string
  readonly seen: Readonly<Record<string, readonly string[]>>
}

export function begin(device: string, person: string, arriving: boolean): Phone {
  const bare = { nextSeq: 1, prev: '', lastStamp: '', epoch: '', heard: '', places: {}, outbox: [], refused: [] }
  const mending = { rows: {}, told: new Map(), offers: [], later: [], given: [], left: [] }
  return { device, person, ...bare, ...mending, arriving, begun: {}, base: new Map(), shapes: new Map() }
}

/** The phone with one more op waiting, or the law's word why not. */
export function make(phone: Phone, says: Saying): Phone | string {
  const { device, person: actor, nextSeq: seq, prev } = phone
  const stamp = tick(phone.lastStamp, says.now_ms, device)
  const subject = says.subject === '' ? subjectId(says.kind, device, seq) : says.subject
  const { grid, name, fields, seen } = says
  const op: Op = { device, seq, prev, stamp, actor, grid, subject, name, fields, seen, v: OP_VERSION }
  const answer = admit(op, { person: actor, device, areas: says.areas }, says.now_ms)
  if (isRefusal(answer)) return `${name}: ${answer.why} (${answer.about})`
  const text = writeOp(op)
  return adopt(phone, { seq, text, hash: opHash(text), op }, stamp)
}

/** The phone with an op that another app wrote into its outbox. */
export function adopt(phone: Phone, waiting: Waiting, stamp: string): Phone {
  return { ...phone, outbox: [...phone.outbox, waiting], nextSeq: waiting.seq + 1, prev: waiting.hash, lastStamp: stamp }
}

/** The body it would send now: after a restore, only offers at first. */
export function ask(phone: Phone, nowMs: number, most: number): string {
  const { device, epoch, places, heard, offers, later, outbox, left } = phone
  const bare = { v: 1, device, epoch, clock_ms: nowMs }
  if (offers.length > 0) return write({ ...bare, places: {}, heard, ops: [], offers: whole(offers, most) })
  const first = outbox[0]
  const ops = outbox.slice(0, most).map((one) => one.text)
  return write({
    ...bare,
    places,
    heard,
    ops,
    ...(later.length > 0 && { offers: later.slice(0, LATER_AT_ONCE) }),
    ...(first !== undefined && left.length > 0 && { resume: { seq: first.seq, prev: first.op.prev } }),
  })
}

/** The phone after a Reply, whole, to an Ask that offered these; null when the body is none. */
export function take(phone: Phone, body: string, nowMs: number, offered: readonly Offer[]): Phone | null {
  const reply = readReply(body)
  if (isUnreadable(reply)) return null
  const after = phone.epoch !== '' && phone.epoch !== reply.epoch ? turn(phone, reply) : heardOf(phone, reply, nowMs, offered)
  if (!phone.arriving) return after
  const isNew = (grid: string): boolean => after.places[grid] === 0 && !(grid in reply.changes) && reply.scope.some((one) => one.grid === grid)
  return { ...after, places: Object.fromEntries(Object.entries(after.places).filter(([grid]) => !isNew(grid))) }
}

function heardOf(phone: Phone, reply: Reply, nowMs: number, offered: readonly Offer[]): Phone {
  const begun = settled({ ...phone, epoch: reply.epoch }, offered, reply.later)
  return learnAll(reply.receipts.reduce(settle, begun), reply, nowMs)
}

function settle(phone: Phone, receipt: Receipt): Phone {
  const mine = phone.outbox.find((one) => one.seq === receipt.seq && one.hash === receipt.hash)
  if (mine === undefined) return phone
  const refused = receipt.fate === 'placed' ? phone.refused : [...phone.refused, receipt]
  const told = new Map([...phone.told, [receipt.seq, { text: mine.text, receipt }]])
  return { ...phone, outbox: phone.outbox.filter((one) => one !== mine), heard: receipt.hash, refused, told }
}

function learnAll(phone: Phone, reply: Reply, nowMs: number): Phone {
  const places: Record<string, number> = { ...phone.places }
  const rows: Record<string, readonly Placed[]> = { ...phone.rows }
  for (const { grid } of reply.scope) places[grid] ??= 0
  const shapes = new Map(phone.shapes)
  let last = phone.lastStamp
  for (const [grid, changes] of Object.entries(reply.changes)) {
    for (const placed of changes.ops) {
      if (placed.place <= (places[grid] ?? 0)) continue
      places[grid] = placed.place
      rows[grid] = [...(rows[grid] ?? []), placed]
      const op = fold(shapes, phone.base, grid, placed)
      if (op !== null && last !== '') last = witness(last, op.stamp, nowMs)
    }
  }
  return { ...phone, places, rows, shapes, lastStamp: last }
}

/** Folds a change onto its subject, unless a snapshot told of it; the op, or null for one withheld or written by a newer app. */
export function fold(shapes: Map<string, Shape>, base: Phone['base'], grid: string, placed: Placed): Op | null {
  const op = readOp(placed.text)
  if (isUnreadable(op)) return null
  const { place, placed_ms, credited_ms, role } = placed
  const law = lawOf(op.subject)
  const change: Change = { place, placed_ms, credited_ms, role, op }
  const isNews = place > (base.get(op.subject)?.place ?? 0)
  if (law !== null && isNews) shapes.set(op.subject, step(law, shapes.get(op.subject) ?? empty(op.subject, grid), change))
  return op
}

/** The subject as this phone shows it: what the server placed, with its own waiting ops on top. */
export function shown(phone: Phone, subject: string, nowMs: number, role: string): Shape | undefined {
  let shape = phone.shapes.get(subject)
  const law = lawOf(subject)
  for (const { op } of phone.outbox) {
    if (op.subject !== subject || law === null) continue
    const change: Change = { place: 0, placed_ms: nowMs, credited_ms: nowMs, role, op }
    shape = step(law, shape ?? empty(subject, op.grid), change)
  }
  return shape
}

/** What both twins must agree on after every event, and the subjects whose placed state is another than it was. */
export function view(phone: Phone, before: Phone): Json {
  const changed = [...phone.shapes].filter(([subject, shape]) => before.shapes.get(subject) !== shape)
  return {
    next_seq: phone.nextSeq,
    prev: phone.prev,
    last_stamp: phone.lastStamp,
    epoch: phone.epoch,
    heard: phone.heard,
    places: phone.places,
    outbox: phone.outbox.map((one) => one.hash),
    refused: phone.refused.map((one) => [one.seq, one.fate, one.why, one.about]),
    begun: phone.begun,
    offers: named(phone.offers),
    later: named(phone.later),
    given: named(phone.given),
    shapes: Object.fromEntries(changed.map(([subject, shape]) => [subject, digest(shape)])),
  }
}

function named(offers: readonly Offer[]): Json {
  return offers.map((one) => `${numberOf(one)} ${one[2]}`)
}

/** A short name for a shape: two that differ anywhere have two. */
export function digest(shape: Shape | undefined): string {
  return shape === undefined ? '' : opHash(canonical(shape as unknown as Json)).slice(0, 16)
}
