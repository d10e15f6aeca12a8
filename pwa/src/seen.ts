// A subject as a person here sees it: what is placed, with own waiting ops on top; and what can be read off it. Pure; nothing is fetched.
import type { OutboxRow, ShapeRow } from './device/shelf'
import { waitingChange } from './device/own'
import { lower, textsIn, wordsIn } from './device/rows'
import { empty, fold, moves, valueOf as foldedValue, type Shape } from './sync/fold'
import { lawOf, ROLES, type SubjectLaw } from './sync/law'
import { allStampsOf, stampsOf, type Held } from './sync/merge'
import { codePoints, has, kindOf, type Json } from './sync/op'
import { disputed } from './sync/subjects/record'

/** A subject as this device knows it. */
export interface Seen {
  readonly id: string
  readonly kind: string
  readonly grid: string
  readonly shape: Shape
  /** Own ops of this subject that have no receipt yet. */
  readonly waiting: number
  readonly law: SubjectLaw
  /** Credited time of its newest change; while that waits, the time it claims. */
  readonly updated_ms: number
}

/** Values of one field besides the one in force: some hold too, some lost, until a person settles them. */
export interface Conflict {
  readonly field: string
  readonly now: Held
  readonly beside: readonly Held[]
  readonly lost: readonly Held[]
}

export interface ListFilter {
  readonly grid?: string
  readonly stage?: string | readonly string[]
  /** Every word of it must occur somewhere in the subject's texts. */
  readonly text?: string
}

/** How far what was written here has come: only here, received by the server, or acted on by another person. */
export type Reach = 'here' | 'received' | 'read'

/** The subject from its placed shape and own ops on top, oldest first; undefined when there is neither, or no law for its kind. */
export function seenFrom(id: string, row: ShapeRow | undefined, own: readonly OutboxRow[]): Seen | undefined {
  const law = lawOf(id)
  const grid = row?.grid ?? own[0]?.grid
  if (law === null || grid === undefined) return undefined
  // An op whose place has come with the log is folded in already.
  const onTop = own.filter((one) => (one.receipt?.place ?? Infinity) > (row?.place ?? 0)).map(waitingChange)
  const shape = fold(law, row?.shape ?? empty(id, grid), onTop)
  if (row?.words !== undefined && shape === row.shape) texts.set(shape, row.words)
  const waiting = own.filter((one) => one.receipt === undefined).length
  const updated_ms = Math.max(row?.updated_ms ?? 0, ...onTop.map((change) => change.credited_ms))
  return { id, kind: kindOf(id), grid, shape, waiting, law, updated_ms }
}

/** A field's value as people see it; null when nobody has set it. */
export function valueOf(seen: Seen, field: string): Json {
  return foldedValue(seen.law, seen.shape, field)
}

/** Per field the stamps of the values a form shows. Taken when the form opens: it says what its author looked at. */
export function seenOf(shape: Shape, fields: readonly string[]): Record<string, readonly string[]> {
  return stampsBy(shape, fields, stampsOf)
}

/** The same with the values that lost: what somebody who settles the fields has looked at. */
export function allSeenOf(shape: Shape, fields: readonly string[]): Record<string, readonly string[]> {
  return stampsBy(shape, fields, allStampsOf)
}

function stampsBy(shape: Shape, fields: readonly string[], stamps: typeof stampsOf): Record<string, readonly string[]> {
  const set = fields.flatMap((field) => {
    const register = has(shape.fields, field) ? shape.fields[field] : undefined
    return register === undefined ? [] : [[field, stamps(register)] as const]
  })
  return Object.fromEntries(set)
}

/** The acts open here to somebody in these roles, in the law's order, each once. */
export function movesFor(seen: Seen, roles: readonly string[]): readonly string[] {
  return [...new Set(roles.flatMap((role) => moves(seen.law, seen.shape, role)))]
}

/** What waits for a person to look at it and choose, field by field. */
export function conflictsOf(shape: Shape): readonly Conflict[] {
  const law = lawOf(shape.subject)
  if (law === null) return []
  return Object.entries(disputed(law, shape)).flatMap(([field, others]) => {
    const register = shape.fields[field]
    if (register === undefined) return []
    const beside = others.filter((held) => register.beside.includes(held))
    return [{ field, now: register.now, beside, lost: register.lost }]
  })
}

/** How far this person's own words on the subject have come. */
export function reachFor(seen: Seen, person: string): Reach {
  if (seen.waiting > 0) return 'here'
  const { acts, notes, fields } = seen.shape
  const held = Object.values(fields).flatMap((register) => [register.now, ...register.beside, ...register.lost])
  const said = [...acts, ...notes, ...held]
  const first = Math.min(...said.filter((one) => one.actor === person).map((one) => one.place))
  const isRead = said.some((one) => one.place > first && one.actor !== person && isPerson(one.role))
  return isRead ? 'read' : 'received'
}

/** Who said it of a record that a photo or a voice belongs to it, and when; undefined when nobody did. */
export function shownIn(seen: Seen, hash: string): { readonly actor: string; readonly role: string; readonly at_ms: number } | undefined {
  const { acts, notes, fields } = seen.shape
  const held = Object.values(fields).flatMap((register) => [register.now, ...register.beside, ...register.lost])
  const names = (value: Json): boolean => textsIn(value).includes(hash)
  return [...acts, ...notes].find((said) => names(said.fields)) ?? held.find(({ value }) => names(value))
}

function isPerson(role: string): boolean {
  return has(ROLES, role) && role !== 'clerk' && role !== 'importer'
}

/** The subjects that fit, newest first. */
export function listed(all: Iterable<Seen>, filter: ListFilter): Seen[] {
  const stages = typeof filter.stage === 'string' ? [filter.stage] : filter.stage
  const words = lower(filter.text ?? '').split(/\s+/).filter((word) => codePoints(word) > 0)
  const fitting = [...all].filter((seen) => {
    if (filter.grid !== undefined && seen.grid !== filter.grid) return false
    if (stages !== undefined && !stages.includes(seen.shape.stage)) return false
    return words.every((word) => textOf(seen).includes(word))
  })
  return fitting.sort((a, b) => b.updated_ms - a.updated_ms || (a.id < b.id ? 1 : -1))
}

const texts = new WeakMap<Shape, string>()

/** All that stands written in a subject, for searching. */
function textOf(seen: Seen): string {
  const known = texts.get(seen.shape)
  if (known !== undefined) return known
  const text = wordsIn(seen.law, seen.shape)
  texts.set(seen.shape, text)
  return text
}
