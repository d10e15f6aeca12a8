/** How long a phone needs a record: it holds the least it can, and asks for what has left when it comes alive again. */

import type { Shape } from '../fold'
import type { SubjectLaw } from '../law'
import { has, type Json } from '../op'
import { disputed } from './record'

/** How long a record that owes nothing any more stays on phones after it was last touched. */
export const KEPT_MS = 90 * 24 * 3600 * 1000

/** When it was last touched: the latest credited time of all that it holds. */
export function touchedMs(shape: Shape): number {
  const held = Object.values(shape.fields).flatMap((register) => [register.now, ...register.beside, ...register.lost])
  return Math.max(0, ...[...shape.acts, ...shape.notes, ...held].map((one) => one.at_ms))
}

/** Whether phones hold it: it is not over, was touched lately, waits for a person to look, or names a day not long past. */
export function isKept(law: SubjectLaw, shape: Shape, nowMs: number): boolean {
  const sinceMs = nowMs - KEPT_MS
  if (!law.over.includes(shape.stage) || shape.notes.length > 0 || touchedMs(shape) > sinceMs) return true
  if (Object.keys(disputed(law, shape)).length > 0) return true
  const days = Object.keys(law.fields).filter((name) => law.fields[name]?.type === 'date' && has(shape.fields, name))
  return days.some((name) => dayMs(shape.fields[name]?.now.value ?? null) > sinceMs)
}

/** The beginning of a day such as `2026-03-04`, in UTC. */
function dayMs(day: Json): number {
  return typeof day === 'string' ? Date.parse(`${day}T00:00:00Z`) : 0
}
