// Field edits: how a value joins those that stand, by the field's rule, and where the loser is kept.
import { rank } from './law'
import { isList, same, type Json } from './op'

/** One value, by whom, in which role, when (credited), and the stamp of the op that brought it. */
export interface Held {
  readonly value: Json
  readonly stamp: string
  readonly actor: string
  readonly role: string
  readonly at_ms: number
  readonly place: number
}

/** What a field holds: the value in force, values that stand beside it, values that lost and wait for a person. */
export interface Register {
  readonly now: Held
  /** Concurrent values that hold too (`union`, `keep_both`), in the order they were placed. */
  readonly beside: readonly Held[]
  /** Concurrent values that lost, in the order they lost, until somebody who saw them sets the field again. */
  readonly lost: readonly Held[]
}

/**
 * The register after `next` is placed. `seen`: stamps of the values that its author looked at.
 *
 * Concurrent is what was not seen and says something else; order of placing, not any clock, breaks ties.
 */
export function join(rule: string, register: Register | undefined, next: Held, seen: readonly string[]): Register {
  if (register === undefined) return { now: next, beside: [], lost: [] }
  if (rule === 'once') return firstStays(register, next, seen)
  const open = (held: Held): boolean => isOpen(held, next, seen)
  const unseen = [...register.beside, register.now].filter(open)
  const lost = register.lost.filter(open)
  if (rule === 'union' || rule === 'keep_both') return { now: next, beside: unseen, lost }
  if (rule === 'higher' && unseen.length > 0 && rank(register.now.role) > rank(next.role)) {
    return { now: register.now, beside: [], lost: [...lost, next] }
  }
  return { now: next, beside: [], lost: [...lost, ...unseen] }
}

function isOpen(held: Held, next: Held, seen: readonly string[]): boolean {
  return !seen.includes(held.stamp) && !same(held.value, next.value)
}

function firstStays(register: Register, next: Held, seen: readonly string[]): Register {
  if (same(next.value, register.now.value)) return register
  const lost = register.lost.filter((held) => isOpen(held, next, seen))
  return { now: register.now, beside: [], lost: [...lost, next] }
}

/** The value as people see it: for `union` all that stands, first placed first; otherwise the value in force. */
export function shown(rule: string, register: Register): Json {
  if (rule !== 'union' || register.beside.length === 0) return register.now.value
  const together: Json[] = []
  for (const held of [...register.beside, register.now]) {
    for (const item of isList(held.value) ? held.value : [held.value]) {
      if (!together.some((one) => same(one, item))) together.push(item)
    }
  }
  return together
}

/** The stamps of every value a form shows when it shows this field: what stands, not what lost. */
export function stampsOf(register: Register): readonly string[] {
  return [register.now, ...register.beside].map((held) => held.stamp)
}

/** The stamps of every value, the losers' too: the `seen` of somebody who settles the field. */
export function allStampsOf(register: Register): readonly string[] {
  return [...stampsOf(register), ...register.lost.map((held) => held.stamp)]
}
