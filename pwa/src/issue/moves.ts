// The moves a worker's page offers, in the order of likelihood; mediation is no act of the issue but its own record.
import type { Book, Seen } from '../subjects'
import { movesOf } from '../subjects'
import { categoryOf } from './book'
import { textOf } from './values'

export const MOVES = ['triage', 'solve', 'mediate', 'escalate', 'consult', 'link', 'alarm'] as const
export type Move = (typeof MOVES)[number]

/** What may be done now: the law's open acts that this page has a form for, and mediation where there are parties. */
export function openMoves(seen: Seen, book: Book | undefined): readonly Move[] {
  const acts = movesOf(seen)
  const parties = categoryOf(book, textOf(seen, 'category'))?.parties ?? 'no'
  const mediates = acts.includes('solve') && parties !== 'no' && textOf(seen, 'mediation') === ''
  return MOVES.filter((move) => (move === 'mediate' ? mediates : acts.includes(move)))
}
