// A phone without a screen on the TypeScript core: the twin of server/replay/phone.py. A state is never changed, so a transaction can fail.
import { admit, isRefusal, type Area } from '../../pwa/src/sync/admit'
import { tick, witness } from '../../pwa/src/sync/clock'
import { empty, step, type Shape } from '../../pwa/src/sync/fold'
import { lawOf } from '../../pwa/src/sync/law'
import { opHash, OP_VERSION, subjectId, writeOp, type Change, type Json, type JsonMap, type Op } from '../../pwa/src/sync/op'
import { isUnreadable, readOp, readReply, write, type Placed, type Receipt, type Reply } from '../../pwa/src/sync/wire'
import { canonical } from '../sync/calls'

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

export function begin(device: string, person: string): Phone {
  const bare = { nextSeq: 1, prev: '', lastStamp: '', epoch: '', heard: '', places: {}, outbox: [], refused: [] }
  return { device, person, ...bare, shapes: new Map() }
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

/** The body it would send now. */
export function ask(phone: Phone, nowMs: number, most: number): string {
  const { device, epoch, places, heard } = phone
  return write({ v: 1, device, epoch, clock_ms: nowMs, places, heard, ops: phone.outbox.slice(0, most).map((one) => one.text) })
}

/** The phone after a Reply, whole; null when the body is none. */
export function take(phone: Phone, body: string, nowMs: number): Phone | null {
  const reply = readReply(body)
  if (isUnreadable(reply)) return null
  const settled = reply.receipts.reduce(settle, { ...phone, epoch: reply.epoch })
  return learnAll(settled, reply, nowMs)
}

function settle(phone: Phone, receipt: Receipt): Phone {
  const mine = phone.outbox.find((one) => one.seq === receipt.seq && one.hash === receipt.hash)
  if (mine === undefined) return phone
  const refused = receipt.fate === 'placed' ? phone.refused : [...phone.refused, receipt]
  return { ...phone, outbox: phone.outbox.filter((one) => one !== mine), heard: receipt.hash, refused }
}

function learnAll(phone: Phone, reply: Reply, nowMs: number): Phone {
  const places: Record<string, number> = { ...phone.places }
  for (const { grid } of reply.scope) places[grid] ??= 0
  const shapes = new Map(phone.shapes)
  let last = phone.lastStamp
  for (const [grid, changes] of Object.entries(reply.changes)) {
    for (const placed of changes.ops) {
      if (placed.place <= (places[grid] ?? 0)) continue
      places[grid] = placed.place
      const op = readOp(placed.text)
      // Withheld from this person, or written by a newer app: its place is passed all the same.
      if (isUnreadable(op)) continue
      learn(shapes, grid, placed, op)
      if (last !== '') last = witness(last, op.stamp, nowMs)
    }
  }
  return { ...phone, places, shapes, lastStamp: last }
}

function learn(shapes: Map<string, Shape>, grid: string, placed: Placed, op: Op): void {
  const { place, placed_ms, credited_ms, role } = placed
  const law = lawOf(op.subject)
  const change: Change = { place, placed_ms, credited_ms, role, op }
  if (law !== null) shapes.set(op.subject, step(law, shapes.get(op.subject) ?? empty(op.subject, grid), change))
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
    shapes: Object.fromEntries(changed.map(([subject, shape]) => [subject, digest(shape)])),
  }
}

/** A short name for a shape: two that differ anywhere have two. */
export function digest(shape: Shape | undefined): string {
  return shape === undefined ? '' : opHash(canonical(shape as unknown as Json)).slice(0, 16)
}
