// Ops of one subject, in the order they were placed, become the subject as people see it. Reads the law alone.
import { GUARDS as OTHERS } from './guards'
import { GENERIC_OPS, rowFits, type Row, type SubjectLaw } from './law'
import { join, shown, stampsOf, type Held, type Register } from './merge'
import { has, isMap, kindOf, type Change, type Json, type JsonMap } from './op'
import { brought } from './short'

/** A move that took effect: by which row of the law, from which stage to which, by whom, when (credited). */
export interface Act {
  readonly row: string
  readonly name: string
  readonly from_stage: string
  readonly to_stage: string
  readonly stamp: string
  readonly actor: string
  readonly role: string
  readonly at_ms: number
  readonly place: number
  readonly fields: JsonMap
}

/** An op that was placed but did not fit any more, kept whole with the reason. */
export interface Note {
  /** `stage_moved_on`, `not_your_role_here`, `guard_NAME`, `not_begun`, `not_editable` or `not_readable`. */
  readonly why: string
  readonly name: string
  /** The stage it met. */
  readonly stage: string
  readonly stamp: string
  readonly actor: string
  readonly role: string
  readonly at_ms: number
  readonly place: number
  readonly fields: JsonMap
}

/** A subject as its log adds up: stage, fields with their losers, every act that held, every note that was kept. */
export interface Shape {
  readonly subject: string
  readonly kind: string
  readonly grid: string
  readonly stage: string
  readonly fields: Readonly<Record<string, Register>>
  readonly acts: readonly Act[]
  readonly notes: readonly Note[]
}

/** The shape of a subject of which nothing is known yet. */
export function empty(subject: string, grid: string): Shape {
  return { subject, kind: kindOf(subject), grid, stage: '', fields: {}, acts: [], notes: [] }
}

/** The shape after these changes, which must stand in the order they were placed, waiting ones last. */
export function fold(law: SubjectLaw, shape: Shape, changes: Iterable<Change>): Shape {
  let after = shape
  for (const change of changes) after = step(law, after, change)
  return after
}

/** The shape after one change. Never fails: what does not fit becomes a note. */
export function step(law: SubjectLaw, shape: Shape, change: Change): Shape {
  const op = change.op
  if (GENERIC_OPS.includes(op.name)) return edit(law, shape, change)
  const row = findRow(law, shape, op.name, op.fields, change.role, { actor: op.actor, at_ms: change.credited_ms })
  if (typeof row === 'string') return note(shape, change, row)
  const said = spoken(law, op.fields)
  const before = said === op.fields ? shape : brought(op.fields[shapeIn(law, op.fields)] ?? null, shape, change.place)
  if (before === undefined) return note(shape, change, 'not_readable')
  const toStage = row.to === '' ? before.stage : row.to
  const act: Act = {
    row: row.id,
    name: op.name,
    from_stage: before.stage,
    to_stage: toStage,
    stamp: op.stamp,
    actor: op.actor,
    role: change.role,
    at_ms: change.credited_ms,
    place: change.place,
    fields: said,
  }
  const fields = { ...before.fields }
  for (const [name, value] of Object.entries(said)) {
    const rule = ruleOf(law, name)
    if (rule === '') continue
    const lookedAt = [...seenOf(change, name), ...knownToAnAct(rule, before, name)]
    fields[name] = join(rule, fields[name], heldBy(change, value), lookedAt)
  }
  return { ...before, stage: toStage, fields, acts: [...before.acts, act] }
}

/** The field by which a subject that came from another log brings the shape it had there; "" for none. */
function shapeIn(law: SubjectLaw, fields: JsonMap): string {
  return Object.keys(fields).find((name) => has(law.fields, name) && law.fields[name]?.type === 'shape') ?? ''
}

/** What an act says, without the shape it brings. */
function spoken(law: SubjectLaw, fields: JsonMap): JsonMap {
  const name = shapeIn(law, fields)
  return name === '' ? fields : Object.fromEntries(Object.entries(fields).filter(([one]) => one !== name))
}

function ruleOf(law: SubjectLaw, name: string): string {
  return has(law.fields, name) ? (law.fields[name]?.merge ?? '') : ''
}

function seenOf(change: Change, name: string): readonly string[] {
  const seen = change.op.seen
  return has(seen, name) ? (seen[name] ?? []) : []
}

/**
 * The stamps of what earlier acts set in a field: an act is placed in turn, so it replaces that, and the history
 * keeps it. An edit that its author did not look at is concurrent as ever. To a `union` an act only adds: a photo
 * brought with the solution does not take away those of the report.
 */
function knownToAnAct(rule: string, shape: Shape, name: string): readonly string[] {
  const register = has(shape.fields, name) ? shape.fields[name] : undefined
  if (register === undefined || rule === 'union') return []
  return stampsOf(register).filter((stamp) => shape.acts.some((act) => act.stamp === stamp))
}

function heldBy(change: Change, value: Json): Held {
  const { stamp, actor } = change.op
  return { value, stamp, actor, role: change.role, at_ms: change.credited_ms, place: change.place }
}

function edit(law: SubjectLaw, shape: Shape, change: Change): Shape {
  if (shape.stage === '') return note(shape, change, 'not_begun')
  if (!law.editable.includes(shape.stage)) return note(shape, change, 'not_editable')
  const fields = { ...shape.fields }
  for (const [name, value] of Object.entries(change.op.fields)) {
    const rule = ruleOf(law, name)
    if (rule !== '') fields[name] = join(rule, fields[name], heldBy(change, value), seenOf(change, name))
  }
  return { ...shape, fields }
}

function note(shape: Shape, change: Change, why: string): Shape {
  const op = change.op
  const kept: Note = {
    why,
    name: op.name,
    stage: shape.stage,
    stamp: op.stamp,
    actor: op.actor,
    role: change.role,
    at_ms: change.credited_ms,
    place: change.place,
    fields: op.fields,
  }
  return { ...shape, notes: [...shape.notes, kept] }
}

/** What some guards ask of the op beside the shape: who makes it, and its credited time. */
export interface Doer {
  readonly actor: string
  readonly at_ms: number
}

/** Nobody in particular, in good time: what is open to a role at all. */
export const ANYBODY: Doer = { actor: '', at_ms: 0 }

/** The first row of the law by which this role may make this move now; otherwise the word why not. */
export function findRow(
  law: SubjectLaw,
  shape: Shape,
  name: string,
  fields: JsonMap,
  role: string,
  doer: Doer = ANYBODY,
): Row | string {
  const fitting = law.rows.filter((row) => rowFits(row, shape.stage, name, fields))
  if (fitting.length === 0) return shape.stage === '' ? 'not_begun' : 'stage_moved_on'
  const allowed = fitting.filter((row) => row.who.includes(role))
  if (allowed.length === 0) return 'not_your_role_here'
  const free = allowed.find((row) => brokenGuard(row, shape, doer) === '')
  return free ?? `guard_${brokenGuard(allowed[0], shape, doer)}`
}

function brokenGuard(row: Row | undefined, shape: Shape, doer: Doer): string {
  return row?.guard.find((guard) => !holds(guard, shape, doer)) ?? ''
}

function holds(guard: string, shape: Shape, doer: Doer): boolean {
  return GUARDS[guard]?.(shape) === true || DOER_GUARDS[guard]?.(shape, doer) === true
}

/** The names of the acts open to a role at this stage, in the law's order, each once. */
export function moves(law: SubjectLaw, shape: Shape, role: string, doer: Doer = ANYBODY): readonly string[] {
  const open = law.rows.filter(
    (row) => row.from.includes(shape.stage) && row.who.includes(role) && brokenGuard(row, shape, doer) === '',
  )
  return [...new Set(open.map((row) => row.op))]
}

/** A field's value as people see it; null when nobody has set it. */
export function valueOf(law: SubjectLaw, shape: Shape, name: string): Json {
  const register = has(shape.fields, name) ? shape.fields[name] : undefined
  return register === undefined ? null : shown(ruleOf(law, name), register)
}

/** The act by which the subject came into its present stage. */
export function enteredStage(shape: Shape): Act | null {
  return shape.acts[entryIndex(shape)] ?? null
}

function entryIndex(shape: Shape): number {
  for (let i = shape.acts.length - 1; i >= 0; i--) {
    const act = shape.acts[i]
    if (act !== undefined && act.to_stage !== act.from_stage) return i
  }
  return -1
}

/** The acts made since the subject came into its present stage, oldest first. */
export function actsSinceEntry(shape: Shape): readonly Act[] {
  const entry = entryIndex(shape)
  return entry < 0 ? [] : shape.acts.slice(entry + 1)
}

function accepted(shape: Shape): boolean {
  return actsSinceEntry(shape).some((act) => act.name === 'accept')
}

function unaccepted(shape: Shape): boolean {
  return !accepted(shape)
}

/** A matter under double assignment waits for the leader's reading, once for each time it was put under it. */
function leaderRead(shape: Shape): boolean {
  const said = shape.acts.filter((act) => act.name === 'dual' || act.name === 'read')
  return said[said.length - 1]?.name !== 'dual'
}

function sinceEntry(shape: Shape, name: string): number {
  return actsSinceEntry(shape).filter((act) => act.name === name).length
}

function ever(shape: Shape, name: string): number {
  return shape.acts.filter((act) => act.name === name).length
}

/** The last act of one of these names. */
function last(shape: Shape, names: readonly string[]): Act | undefined {
  return [...shape.acts].reverse().find(({ name }) => names.includes(name))
}

/** A department has an order for it: one was sent, and not all of them were taken back since. */
function ordered(shape: Shape): boolean {
  return last(shape, ['dispatch', 'orders_ended'])?.name === 'dispatch'
}

/** The clerk counts a try once for each working day on which one was placed. */
function threeDays(shape: Shape): boolean {
  return sinceEntry(shape, 'count_try') >= TRIES
}

function inForce(shape: Shape, name: string): Json {
  return has(shape.fields, name) ? (shape.fields[name]?.now.value ?? null) : null
}

function category(shape: Shape): string {
  const value = inForce(shape, 'category')
  return typeof value === 'string' ? value : ''
}

/** Nobody ever gave a number: one that was taken away later is called all the same. */
function nobodyToAsk(shape: Shape): boolean {
  const begun = shape.acts[0]?.fields
  return phoneIn(inForce(shape, 'reporter')) === '' && phoneIn(begun && has(begun, 'reporter') ? begun.reporter : null) === ''
}

function phoneIn(reporter: Json | undefined): string {
  const phone = isMap(reporter) && has(reporter, 'phone') ? reporter.phone : ''
  return typeof phone === 'string' ? phone : ''
}

/** It was answered twice or more, and the resident was told each time. */
function explainedTwice(shape: Shape): boolean {
  return shape.acts.filter((act) => act.from_stage !== act.to_stage && act.to_stage === 'pending_confirm').length >= TWICE
}

/** Petitions and accusations of officials are not taken back: somebody may have been pressed (domain 4a). */
function mayWithdraw(shape: Shape): boolean {
  return !category(shape).startsWith('03') && category(shape) !== '1202'
}

function beforeDue(shape: Shape, doer: Doer): boolean {
  const due = inForce(shape, 'due_answer')
  const dueMs = isMap(due) && has(due, 'due_ms') ? due.due_ms : null
  return typeof dueMs !== 'number' || doer.at_ms <= dueMs
}

/** Nobody signs what he brought before the signer himself. */
function otherPerson(shape: Shape, doer: Doer): boolean {
  return enteredStage(shape)?.actor !== doer.actor
}

/** What was not good enough is done again by somebody else. */
function otherHandler(shape: Shape, doer: Doer): boolean {
  return last(shape, ['accept'])?.actor !== doer.actor
}

const TRIES = 3
const TWICE = 2

/** Guards that the shape alone answers. */
const GUARDS: Readonly<Record<string, (shape: Shape) => boolean>> = {
  accepted,
  unaccepted,
  leader_read: leaderRead,
  ...OTHERS,
  ordered,
  own_hands: (shape) => !ordered(shape),
  three_days: threeDays,
  nobody_to_ask: nobodyToAsk,
  explained_twice: explainedTwice,
  may_withdraw: mayWithdraw,
  first_return: (shape) => ever(shape, 'ask_return') === 0 && inForce(shape, 'no_return') !== true,
  deputy_signed: (shape) => sinceEntry(shape, 'sign_extension') > 0,
  twice_at_most: (shape) => ever(shape, 'grant') < TWICE,
  checked: (shape) => sinceEntry(shape, 'check') > 0,
  whistled: (shape) => ever(shape, 'whistle') > 0,
}

/** Guards that also ask who makes the op, and when. */
const DOER_GUARDS: Readonly<Record<string, (shape: Shape, doer: Doer) => boolean>> = {
  before_due: beforeDue,
  other_person: otherPerson,
  other_handler: otherHandler,
}
