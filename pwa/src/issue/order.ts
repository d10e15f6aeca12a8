// Which issues are a worker's own, and in what order they ask for attention.
import type { Seen } from '../subjects'
import { isAlarmed, isOpen, part, runningDue } from '../sync/subjects/issue'

/** Registered by this person, or one on which this person acted. */
export function isMine({ shape }: Seen, person: string): boolean {
  return part(shape, 'responder', 'person') === person || shape.acts.some(({ actor }) => actor === person)
}

/** Danger first, then what came back, then by due date; what owes nothing stands last, newest first as it came. */
export function pressing(rows: readonly Seen[]): readonly Seen[] {
  // Each is looked at once, not at every comparison.
  const weighed = rows.map((seen) => ({ seen, weight: weight(seen), due: dueOf(seen) }))
  return weighed.sort((a, b) => a.weight - b.weight || a.due - b.due).map(({ seen }) => seen)
}

function weight({ shape }: Seen): number {
  if (!isOpen(shape)) return 3
  if (isAlarmed(shape)) return 0
  return shape.stage === 'reopened' ? 1 : 2
}

// Finite, since no due date less no due date must not be "not a number".
function dueOf({ shape }: Seen): number {
  return runningDue(shape)?.due_ms ?? Number.MAX_SAFE_INTEGER
}
