// A matter that moved between grids: where it went or came from, by whom and why, and what reached the former grid too late.
import type { Act, Note, Shape } from '../subjects'
import { asText, isMap, type Fields } from './values'

export interface Move {
  readonly grid: string
  readonly why: string
  readonly at_ms: number
  readonly by: { readonly actor: string; readonly role: string }
  /** The name of who moved it, where the log tells it. */
  readonly name: string
  /** The issue at the other end; "" while nobody has told it. */
  readonly other: string
}

export interface Late {
  readonly by: string
  /** As a note of the log it came to. */
  readonly note: Note
  /** What it said was too long to carry, and can be read where it was said. */
  readonly long: boolean
}

function last(shape: Shape, name: string): Act | undefined {
  return [...shape.acts].reverse().find((act) => act.name === name)
}

function nameIn(value: unknown): string {
  return isMap(value as Fields) ? asText((value as Fields).name) : ''
}

/** Where it went; undefined while it is here. */
export function movedTo(shape: Shape): Move | undefined {
  const act = shape.stage === 'moved' ? last(shape, 'move') : undefined
  if (act === undefined) return undefined
  const { fields, at_ms, actor, role } = act
  const other = asText(last(shape, 'forward')?.fields.moved_to)
  return { grid: nameIn(fields.to_grid), why: asText(fields.move_why), at_ms, by: { actor, role }, name: '', other }
}

/** Where it came from, the last time. */
export function movedFrom(shape: Shape): Move | undefined {
  const act = shape.stage === 'moved' ? undefined : last(shape, 'arrive')
  if (act === undefined) return undefined
  const { fields, at_ms, actor, role } = act
  return {
    grid: nameIn(fields.from_grid),
    why: asText(fields.move_why),
    at_ms,
    by: { actor, role },
    name: nameIn(fields.moved_by),
    other: asText(fields.from_issue),
  }
}

/** What was said of it where it no longer was. */
export function lateIn(shape: Shape): readonly Late[] {
  return shape.acts.flatMap(({ name, stamp, place, fields }) => {
    const late = name === 'late' ? fields.late : undefined
    if (!isMap(late)) return []
    const at_ms = typeof late.at_ms === 'number' ? late.at_ms : 0
    const told = { name: asText(late.name), actor: asText(late.person), role: asText(late.role), fields: fieldsIn(asText(late.said)) }
    return [{ by: asText(late.by), long: late.said === '', note: { why: 'stage_moved_on', stage: 'moved', stamp, place, at_ms, ...told } }]
  })
}

function fieldsIn(said: string): Fields {
  try {
    const read = JSON.parse(said) as Fields
    return isMap(read) ? read : {}
  } catch {
    return {}
  }
}
