// How many ops go in one Ask: half as many after one that was too large or was cut off, twice as many again after each that went well.
import { MAX_OPS } from '../sync/wire'
import type { Trouble } from './trouble'

/** A line that is often cut still carries this many; fewer would cost more asking than sending. */
const FEWEST_WHEN_CUT = 8

/** The size of the next Ask, learned from those before. One for each way to a server. */
export class Batch {
  #ops = MAX_OPS

  /** The most ops and offers together that the next Ask may bear. */
  get ops(): number {
    return this.#ops
  }

  went(): void {
    this.#ops = Math.min(this.#ops * 2, MAX_OPS)
  }

  /** What an Ask of so many failed of. Answers whether a smaller one may be sent at once: the server is there and told why. */
  failed(trouble: Trouble, sent: number): boolean {
    const half = Math.ceil(Math.min(sent, this.#ops) / 2)
    if (trouble.problem?.status === 413 && sent > 1) {
      this.#ops = half
      return true
    }
    if (isCut(trouble) && sent > FEWEST_WHEN_CUT) this.#ops = Math.max(half, FEWEST_WHEN_CUT)
    return false
  }
}

/** A line that broke or stood still. A phone that knows that it has no line has lost nothing on it. */
function isCut({ trouble }: Trouble): boolean {
  return trouble === 'slow' || (trouble === 'offline' && !(typeof navigator !== 'undefined' && 'onLine' in navigator && !navigator.onLine))
}
