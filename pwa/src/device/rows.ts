// What stands beside a shape on the shelf, so that whoever looks through thousands need not open each: whether the day asks for it, and its words.
import { valueOf, type Shape } from '../sync/fold'
import { lawOf, type SubjectLaw } from '../sync/law'
import { kindOf, type Json } from '../sync/op'
import { isOpen } from '../sync/subjects/issue'
import { disputed } from '../sync/subjects/record'
import type { ShapeRow } from './shelf'

/** Another one: what stands beside the shapes here was made otherwise, and is made again. */
export const ROWS_VERSION = 2

/** Kinds of which there are few, and of which the first page asks for all. */
const DAILY = ['mailbox', 'mailbox_opening', 'letter', 'promise', 'task']

/** The row of a shape that stands for `place` and came with the snapshot of `base`. */
export function shapeRow(shape: Shape, place: number, base: number, updated_ms: number): ShapeRow {
  const { subject, grid } = shape
  const law = lawOf(subject)
  const row = { subject, kind: kindOf(subject), grid, place, base, updated_ms, shape, words: law === null ? '' : wordsIn(law, shape) }
  return law !== null && isOfTheDay(law, shape) ? { ...row, day: 1 } : row
}

/** Whether the first page may ask for it on some day, with nothing more written in it. */
export function isOfTheDay(law: SubjectLaw, shape: Shape): boolean {
  const { kind } = shape
  if (DAILY.includes(kind)) return true
  if (kind !== 'issue' && kind !== 'household') return false
  return (kind === 'issue' && isOpen(shape)) || Object.keys(disputed(law, shape)).length > 0
}

/** All that stands written in a subject, for searching. */
export function wordsIn(law: SubjectLaw, shape: Shape): string {
  return lower(Object.keys(shape.fields).flatMap((field) => textsIn(valueOf(law, shape, field))).join('\n'))
}

/** Every text inside a value. */
export function textsIn(value: Json): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap((one: Json) => textsIn(one))
}

/** As words are compared. */
export function lower(text: string): string {
  return text.normalize('NFC').toLowerCase()
}
