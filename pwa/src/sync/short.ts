// A shape written short, without what is said twice: as it travels in a snapshot, and with a subject that moves to another log.
import type { Act, Note, Shape } from './fold'
import type { Held, Register } from './merge'
import { has, isList, isMap, kindOf, type Json, type JsonMap } from './op'

/** The shape in which each field is the number of the act that set it, or else its register whole. */
export function shorten({ subject, stage, fields, acts, notes }: Shape): object {
  const numbers = new Map(acts.map((act, number) => [keyOf(act), number]))
  const short = Object.entries(fields).map(([name, register]) => [name, registerAs(name, register, acts, numbers)])
  return { subject, stage, fields: Object.fromEntries(short) as object, acts, notes }
}

function keyOf({ stamp, place }: Act | Held): string {
  return `${stamp} ${place}`
}

function registerAs(name: string, register: Register, acts: readonly Act[], numbers: ReadonlyMap<string, number>): unknown {
  const { beside, lost } = register
  const short = (held: Held): number | Held => {
    const number = numbers.get(keyOf(held))
    return number !== undefined && has(acts[number]?.fields ?? {}, name) ? number : held
  }
  const now = short(register.now)
  if (typeof now === 'number' && beside.length + lost.length === 0) return now
  return { now, beside: beside.map(short), lost: lost.map(short) }
}

/** The shape again, to the byte; undefined when it names what is not there. */
export function lengthen(grid: string, short: Json): Shape | undefined {
  if (!isMap(short)) return undefined
  const { subject, stage, fields: told, acts: acted, notes } = short
  if (typeof subject !== 'string' || typeof stage !== 'string' || !isMap(told)) return undefined
  if (!isAllSaid(acted) || !isAllSaid(notes)) return undefined
  const acts = acted as unknown as readonly Act[]
  const fields: Record<string, Register> = {}
  for (const [name, one] of Object.entries(told)) {
    const register = registerOf(name, one, acts)
    if (register === undefined) return undefined
    fields[name] = register
  }
  return { subject, kind: kindOf(subject), grid, stage, fields, acts, notes: notes as unknown as readonly Note[] }
}

/** Whether these are acts or notes. */
function isAllSaid(value: Json | undefined): value is readonly JsonMap[] {
  const isSaid = (one: Json): boolean => isMap(one) && isMap(one.fields) && isCount(one.place) && typeof one.stamp === 'string'
  return isList(value) && value.every(isSaid)
}

function isCount(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function registerOf(name: string, told: Json, acts: readonly Act[]): Register | undefined {
  if (typeof told === 'number') {
    const now = heldOf(name, told, acts)
    return now && { now, beside: [], lost: [] }
  }
  if (!isMap(told) || !isList(told.beside) || !isList(told.lost)) return undefined
  const now = heldOf(name, told.now ?? null, acts)
  const beside = told.beside.map((one) => heldOf(name, one, acts))
  const lost = told.lost.map((one) => heldOf(name, one, acts))
  const isWhole = now !== undefined && [...beside, ...lost].every((one) => one !== undefined)
  return isWhole ? { now, beside: beside as Held[], lost: lost as Held[] } : undefined
}

function heldOf(name: string, told: Json, acts: readonly Act[]): Held | undefined {
  if (typeof told !== 'number') return isHeld(told) ? told : undefined
  const act = acts[told]
  if (act === undefined || !has(act.fields, name)) return undefined
  const { stamp, actor, role, at_ms, place } = act
  return { value: act.fields[name] ?? null, stamp, actor, role, at_ms, place }
}

function isHeld(told: Json): told is JsonMap & Held {
  return isMap(told) && has(told, 'value') && typeof told.stamp === 'string' && typeof told.actor === 'string' && isCount(told.place)
}

/** A shape that an op brings from another log, as it stands in this one: all of it came in at this place. `begun` is the subject as it was here; it can have notes at most. */
export function brought(told: Json, begun: Shape, place: number): Shape | undefined {
  const shape = lengthen(begun.grid, told)
  if (shape === undefined) return undefined
  const at = <T extends Act | Note | Held>(one: T): T => ({ ...one, place })
  const fields = Object.entries(shape.fields).map(([name, { now, beside, lost }]) => [name, { now: at(now), beside: beside.map(at), lost: lost.map(at) }] as const)
  return { ...begun, stage: shape.stage, fields: Object.fromEntries(fields), acts: shape.acts.map(at), notes: [...begun.notes, ...shape.notes.map(at)] }
}
