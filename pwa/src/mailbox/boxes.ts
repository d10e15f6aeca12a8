// The boxes of one's grids with their openings and letters, put together for the mailbox pages.
import type { Seen } from '../subjects'
import { numberOf, textOf } from '../issue/values'

/** The openings of a box, newest first. */
export function openingsOf(box: string, openings: readonly Seen[]): readonly Seen[] {
  return openings
    .filter((opening) => textOf(opening, 'mailbox') === box)
    .sort((a, b) => (numberOf(b, 'opened_ms') ?? 0) - (numberOf(a, 'opened_ms') ?? 0))
}

/** The letters registered for an opening so far. */
export function lettersOf(opening: string, letters: readonly Seen[]): readonly Seen[] {
  return letters.filter((letter) => textOf(letter, 'opening') === opening)
}

/** How many letters of an opening are still in the envelope, so to speak: counted, not yet registered. */
export function left(opening: Seen, letters: readonly Seen[]): number {
  return Math.max(0, (numberOf(opening, 'letters') ?? 0) - lettersOf(opening.id, letters).length)
}
