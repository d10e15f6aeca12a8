/** What any record shows, whatever its kind: values that wait for a person to look at them, and notes that were kept. */

import type { Note, Shape } from '../fold'
import type { SubjectLaw } from '../law'
import type { Held } from '../merge'

/** Per field the values besides the one in force: those that lost, and under `keep_both` those that stand beside. */
export function disputed(law: SubjectLaw, shape: Shape): Readonly<Record<string, readonly Held[]>> {
  const found: Record<string, readonly Held[]> = {}
  for (const [name, register] of Object.entries(shape.fields)) {
    const beside = law.fields[name]?.merge === 'keep_both' ? register.beside : []
    if (register.lost.length > 0 || beside.length > 0) found[name] = [...beside, ...register.lost]
  }
  return found
}

/** The notes kept after a place of the grid's log, oldest first; waiting ones (place 0) always. */
export function notesSince(shape: Shape, place: number): readonly Note[] {
  return shape.notes.filter((note) => note.place > place || note.place === 0)
}
