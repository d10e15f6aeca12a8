// Shapes as they travel to a phone that holds nothing yet: written short, in parts, each naming the place it stands for.
import type { Shape } from './fold'
import { LAW_VERSION } from './law'
import { isList, isMap, type Json } from './op'
import { lengthen, shorten } from './short'
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

/** The text of a part. Only placed changes may have been folded in. */
export function writePart(part: Part): string {
  return JSON.stringify({ ...part, shapes: part.shapes.map(shorten) })
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
