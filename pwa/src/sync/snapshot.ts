// Shapes as they travel to a phone that holds nothing yet: written short, in parts, each naming the place it stands for.
import type { Act, Note, Shape } from './fold'
import { LAW_VERSION } from './law'
import type { Held, Register } from './merge'
import { has, isList, isMap, kindOf, type Json, type JsonMap } from './op'
import { WIRE_VERSION, type Unreadable } from './wire'

/** Some of a grid's subjects as they stood at `place` of its log; those that matter today come in the first part. */
export interface Part {
  readonly v: number
  /** The version of the law by which they were folded. */
  readonly law: number
  readonly epoch: string
  readonly grid: string
  readonly place: number
  /** 0, 1, 2 … */
  readonly part: number
  /** How many there are; the last one is for this reader alone, may be empty, and may stand for a later place. */
  readonly parts: number
  /** How many subjects all parts but the last hold. */
  readonly total: number
  readonly shapes: readonly Shape[]
}

/** The text of a part. Places tell acts apart, so only placed changes may have been folded in. */
export function writePart(part: Part): string {
  return JSON.stringify({ ...part, shapes: part.shapes.map(shorten) })
}

/** A shape without what is said twice: per field the number of the act that set it, or the register whole. */
function shorten({ subject, stage, fields, acts, notes }: Shape): object {
  const numbers = new Map(acts.map((act, number) => [act.place, number]))
  const short = Object.entries(fields).map(([name, register]) => [name, registerAs(register, numbers)])
  return { subject, stage, fields: Object.fromEntries(short) as object, acts, notes }
}

function registerAs(register: Register, numbers: ReadonlyMap<number, number>): unknown {
  const { beside, lost } = register
  const short = (held: Held): number | Held => numbers.get(held.place) ?? held
  const now = short(register.now)
  if (typeof now === 'number' && beside.length + lost.length === 0) return now
  return { now, beside: beside.map(short), lost: lost.map(short) }
}

/** Whether what was read is a part, and not the word why it is none. */
export function isPart(read: Part | Unreadable): read is Part {
  return 'shapes' in read
}

/** The part in an answer's body; a portal's page, a torn one, or one of a newer version: the word why. */
export function readPart(body: string): Part | Unreadable {
  const read = parse(body)
  if (!isMap(read)) return NOT_READABLE
  const { v, law, epoch, grid, place, part, parts, total, shapes: told } = read
  if (!isCount(v) || !isCount(law) || !isCount(place) || !isCount(part) || !isCount(parts) || !isCount(total)) return NOT_READABLE
  if (typeof epoch !== 'string' || typeof grid !== 'string' || !isList(told)) return NOT_READABLE
  if (v > WIRE_VERSION || law > LAW_VERSION) return { why: 'wire_too_new' }
  const shapes = told.map((short) => lengthen(grid, short))
  if (!shapes.every((shape) => shape !== undefined)) return NOT_READABLE
  return { v, law, epoch, grid, place, part, parts, total, shapes }
}

const NOT_READABLE: Unreadable = { why: 'part_not_readable' }

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

function isCount(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** The shape again, to the byte. */
function lengthen(grid: string, short: Json): Shape | undefined {
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
