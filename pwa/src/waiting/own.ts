// The records this person has written in, of every kind, each with how far it has come.
import { computed, type ComputedRef, type Ref } from 'vue'
import { reachOf, useList, useSession, useWaiting, type Reach, type Seen } from '../subjects'

export const KINDS = ['issue', 'visit', 'household', 'mailbox_opening', 'letter', 'mediation', 'mailbox'] as const

export interface Own {
  readonly seen: Seen
  readonly reach: Reach
  /** When this person last wrote in it. */
  readonly at_ms: number
  /** The place in the grid's log of what was written last; 0 while that waits. */
  readonly place: number
}

/** What was written since a moment, newest first. */
export function useOwn(since_ms: () => number): { readonly rows: ComputedRef<readonly Own[]>; readonly ready: Ref<boolean> } {
  const { session } = useSession()
  const waiting = useWaiting()
  const lists = KINDS.map((kind) => useList(kind))
  const unsent = computed(() => new Set(waiting.value.subjects))
  const rows = computed(() => {
    const person = session.value?.person ?? ''
    const own = lists.flatMap((list) => list.rows.value.flatMap((seen) => ownOf(seen, person, since_ms(), unsent.value)))
    return own.sort((a, b) => b.at_ms - a.at_ms)
  })
  return { rows, ready: computed(() => lists.every((list) => list.ready.value)) }
}

function ownOf(seen: Seen, person: string, since_ms: number, unsent: ReadonlySet<string>): Own[] {
  // A subject that nothing has touched since then holds nothing written since then.
  if (seen.updated_ms < since_ms) return []
  const { acts, notes, fields } = seen.shape
  const held = Object.values(fields).flatMap((register) => [register.now, ...register.beside, ...register.lost])
  const mine = [...acts, ...notes, ...held].filter(({ actor }) => actor === person)
  const at_ms = Math.max(...mine.map((one) => one.at_ms))
  if (mine.length === 0 || at_ms < since_ms) return []
  const place = mine.some((one) => one.place === 0) ? 0 : Math.max(...mine.map((one) => one.place))
  return [{ seen, reach: unsent.has(seen.id) ? 'here' : reachOf(seen), at_ms, place }]
}
