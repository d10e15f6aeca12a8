// Every question that the vectors put to both cores, by name, with plain JSON in and out. The twin of tests/vectors/calls.py.
import { admit, rolesAt, type Area, type Asker } from '../../pwa/src/sync/admit'
import { bad, brokenCheck, isRef } from '../../pwa/src/sync/check'
import { credit, isStamp, skew, stamp, stampMs, tick, witness } from '../../pwa/src/sync/clock'
import { actsSinceEntry, empty, enteredStage, findRow, moves, step, valueOf, type Act, type Shape } from '../../pwa/src/sync/fold'
import { LAW_VERSION, lawOf, rank, ROLES as TABLE, type Row, type SubjectLaw } from '../../pwa/src/sync/law'
import { allStampsOf, join, shown, type Held, type Register } from '../../pwa/src/sync/merge'
import { codePoints, isMap, kindOf, opHash, same, writeOp, type Change, type Json, type JsonMap, type Op } from '../../pwa/src/sync/op'
import { climb, receiptText, rootOf, signedText, stepsOf } from '../../pwa/src/sync/receipt'
import { readPart, writePart } from '../../pwa/src/sync/snapshot'
import { isKept, touchedMs } from '../../pwa/src/sync/subjects/kept'
import { mayLead } from '../../pwa/src/sync/subjects/same'
import { isUnreadable, readOp, readReply, WIRE_VERSION, type Receipt } from '../../pwa/src/sync/wire'

const ROLES = Object.keys(TABLE)
const GRID = '329924101201001'

type Args = readonly Json[]

/** One text for one value: names sorted, nothing between. Names are ASCII, so that both languages sort alike. */
export function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one as Json)).join(',')}]`
  if (!isMap(value)) return JSON.stringify(value)
  const names = Object.keys(value).sort()
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name]!)}`).join(',')}}`
}

/** The first 16 hexadecimal characters of a value's SHA-256: enough to tell two shapes apart. */
function digest(value: Json): string {
  return opHash(canonical(value)).slice(0, 16)
}

/** What was read from JSON, in the form that its reader expects. */
const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json
const asText = (value: Json | undefined): string => value as string
const asNumber = (value: Json | undefined): number => value as number
const asMap = (value: Json | undefined): JsonMap => value as JsonMap
const asOp = (value: Json | undefined): Op => value as unknown as Op
const asChanges = (value: Json | undefined): readonly Change[] => value as unknown as readonly Change[]

function lawFor(kind: string): SubjectLaw {
  const law = lawOf(`${kind}/d1.1`)
  if (law === null) throw new Error(`no law for ${kind}`)
  return law
}

/** A shape that stands at a stage, by one act; with an `accept` since, if asked. */
function atStage(kind: string, stage: string, accepted: boolean): Shape {
  const came: Act = { row: '', name: '', from_stage: '', to_stage: stage, stamp: '', actor: '', role: '', at_ms: 0, place: 0, fields: {} }
  const took: Act = { ...came, name: 'accept', from_stage: stage }
  const acts = accepted ? [came, took] : [came]
  return { ...empty(`${kind}/d1.1`, GRID), stage, acts: stage === '' ? [] : acts }
}

function simple(kind: string, name: string, fields: JsonMap, v: number): Op {
  const made = stamp(1000, 0, 'd1')
  return { device: 'd1', seq: 1, prev: '', stamp: made, actor: 'p1', grid: GRID, subject: `${kind}/d1.1`, name, fields, seen: {}, v }
}

function admitAs(op: Op, role: string): Json {
  const area: Area = { role, code: '', from_ms: 0, to_ms: null }
  return plain(admit(op, { person: 'p1', device: 'd1', areas: [area] }, 1000))
}

/** The commonest answer, the first of two alike, then by role the others: most roles hear the same. */
function eachRole(answers: readonly Json[]): Json {
  const texts = answers.map(canonical)
  const times = texts.map((text) => texts.filter((one) => one === text).length)
  const common = texts[times.indexOf(Math.max(...times))] ?? ''
  const others = ROLES.flatMap((role, i) => (texts[i] === common ? [] : [[role, answers[i]!] as const]))
  return [answers[texts.indexOf(common)]!, Object.fromEntries(others)]
}

function row(found: Row | string): string {
  return typeof found === 'string' ? found : found.id
}

function cell([kind, stage, accepted, name, fields]: Args): Json {
  const shape = atStage(asText(kind), asText(stage), accepted === true)
  return eachRole(ROLES.map((role) => row(findRow(lawFor(asText(kind)), shape, asText(name), asMap(fields), role))))
}

function cellMoves([kind, stage, accepted]: Args): Json {
  const shape = atStage(asText(kind), asText(stage), accepted === true)
  return eachRole(ROLES.map((role) => plain(moves(lawFor(asText(kind)), shape, role))))
}

function admitEach([kind, name, fields, v]: Args): Json {
  return eachRole(ROLES.map((role) => admitAs(simple(asText(kind), asText(name), asMap(fields), asNumber(v)), role)))
}

function admitLacking([kind, name, role, fields]: Args): Json {
  const lacking = (gone: string): JsonMap => Object.fromEntries(Object.entries(asMap(fields)).filter(([one]) => one !== gone))
  const each = (gone: string): Json => admitAs(simple(asText(kind), asText(name), lacking(gone), 1), asText(role))
  return Object.fromEntries(Object.keys(asMap(fields)).map((gone) => [gone, each(gone)]))
}

function joined([rule, steps]: Args): Json {
  let register: Register | undefined
  const said: Json[] = []
  for (const [held, seen] of steps as unknown as readonly [Held, readonly string[]][]) {
    register = join(asText(rule), register, held, seen)
    said.push([digest(plain(register)), digest(shown(asText(rule), register)), allStampsOf(register)])
  }
  return said
}

/** The digest of the subject's shape after each change; "" for a subject whose kind is not known. */
function history([changes]: Args): Json {
  return shapesAfter(asChanges(changes)).map((shape) => (shape === undefined ? '' : digest(plain(shape))))
}

/** After each change the shape of its subject. */
function shapesAfter(changes: readonly Change[]): readonly (Shape | undefined)[] {
  const shapes = new Map<string, Shape>()
  return changes.map((change) => {
    const { subject, grid } = change.op
    const law = lawOf(subject)
    if (law !== null) shapes.set(subject, step(law, shapes.get(subject) ?? empty(subject, grid), change))
    return shapes.get(subject)
  })
}

/** What people see at the end: values, moves of every role, entry into the stage. */
function final([changes]: Args): Json {
  const ends = new Map<string, Shape>()
  for (const shape of shapesAfter(asChanges(changes))) if (shape !== undefined) ends.set(shape.subject, shape)
  const seen = [...ends.values()].map((shape): [string, Json] => {
    const law = lawFor(shape.kind)
    return [
      shape.subject,
      {
        values: Object.fromEntries(Object.keys(law.fields).map((name) => [name, valueOf(law, shape, name)])),
        moves: ROLES.map((role) => moves(law, shape, role)),
        entered: enteredStage(shape)?.stamp ?? '',
        since: actsSinceEntry(shape).map((act) => act.stamp),
      },
    ]
  })
  return digest(Object.fromEntries(seen))
}

/** The text of a part that holds every subject at `at` changes; and the digest of what its reader sees after the rest. */
function carried([changes, at]: Args): Json {
  const placed = asChanges(changes).filter((one) => one.place > 0)
  const shapes = new Map<string, Shape>()
  for (const shape of shapesAfter(placed.slice(0, asNumber(at)))) if (shape !== undefined) shapes.set(shape.subject, shape)
  const names = { v: WIRE_VERSION, law: LAW_VERSION, epoch: 'e1', grid: GRID, place: asNumber(at), part: 0, parts: 2, total: shapes.size }
  const text = writePart({ ...names, shapes: [...shapes.values()] })
  const part = readPart(text)
  if (!('shapes' in part)) throw new Error(part.why)
  const held = new Map(part.shapes.map((shape) => [shape.subject, shape]))
  for (const change of placed.slice(asNumber(at))) {
    const { subject, grid } = change.op
    const law = lawOf(subject)
    if (law !== null) held.set(subject, step(law, held.get(subject) ?? empty(subject, grid), change))
  }
  return [opHash(text).slice(0, 16), digest(plain(Object.fromEntries(held)))]
}

/** Of every subject of a history's end: when it was touched, and on how many of these days phones hold it. */
function kept([changes, days]: Args): Json {
  const ends = new Map<string, Shape>()
  for (const shape of shapesAfter(asChanges(changes))) if (shape !== undefined) ends.set(shape.subject, shape)
  return [...ends.values()].map((one) => [
    one.subject,
    touchedMs(one),
    (days as readonly number[]).map((at) => isKept(lawFor(one.kind), one, at)),
  ])
}

function read([text]: Args): Json {
  const found = plain(readOp(asText(text)))
  return asText(text).length < 10_000 ? found : digest(found)
}

function readOf([pattern, times, mark]: Args): Json {
  return read([asText(pattern).replace('%s', asText(mark).repeat(asNumber(times)))])
}

function reply([body]: Args): Json {
  const found = readReply(asText(body))
  return plain(isUnreadable(found) ? { why: found.why } : found)
}

function receipt([device, epoch, receipts, at]: Args): Json {
  const texts = (receipts as unknown as readonly Receipt[]).map((one) => receiptText(asText(device), asText(epoch), one))
  const text = texts[asNumber(at)] ?? ''
  const [steps, root] = [stepsOf(texts, asNumber(at)), rootOf(texts)]
  return [text, steps, root, climb(text, steps), signedText(root)]
}

const CALLS: Readonly<Record<string, (args: Args) => Json>> = {
  stamp: ([ms, count, device]) => stamp(asNumber(ms), asNumber(count), asText(device)),
  stamp_ms: ([text]) => stampMs(asText(text)),
  is_stamp: ([text, device]) => isStamp(asText(text), asText(device)),
  tick: ([last, now, device]) => tick(asText(last), asNumber(now), asText(device)),
  witness: ([last, other, now]) => witness(asText(last), asText(other), asNumber(now)),
  credit: ([claimed, contact, placed]) => credit(asNumber(claimed), asNumber(contact), asNumber(placed)),
  skew: ([claimed, now]) => skew(asNumber(claimed), asNumber(now)),
  same: ([left, right]) => same(left!, right!),
  may_lead: ([kind, stage, asked, grid]) => mayLead(atStage(asText(kind), asText(stage), false), asText(asked), asText(grid)),
  length: ([text]) => codePoints(asText(text)),
  kind_of: ([subject]) => kindOf(asText(subject)),
  write_op: ([op]) => writeOp(asOp(op)),
  op_hash: ([text]) => opHash(asText(text)),
  read_op: read,
  read_op_of: readOf,
  read_reply: reply,
  receipt,
  bad: ([kind, field, value]) => bad(lawFor(asText(kind)).fields[asText(field)]!, value!),
  is_ref: ([value]) => isRef(asText(value)),
  broken_check: ([name, fields]) => brokenCheck({ need: [], may: [], check: [asText(name)] }, asMap(fields)),
  rank: ([role]) => rank(asText(role)),
  cell,
  cell_moves: cellMoves,
  roles_at: ([areas, grid, at]) => rolesAt(areas as unknown as readonly Area[], asText(grid), asNumber(at)),
  admit: ([op, asker, at]) => plain(admit(asOp(op), asker as unknown as Asker, asNumber(at))),
  admit_each: admitEach,
  admit_lacking: admitLacking,
  join: joined,
  history,
  shapes: ([changes]) => plain(shapesAfter(asChanges(changes)).map((shape) => shape ?? null)),
  final,
  carried,
  read_part: ([body]) => plain(readPart(asText(body))),
  kept,
}

/** What the TypeScript core says. */
export function answer(name: string, args: Args): Json {
  const call = CALLS[name]
  if (call === undefined) throw new Error(`no call ${name}`)
  return call(args)
}
