// How long to wait before the next try.
const FIRST_RETRY_MS = 2_000
const LAST_RETRY_MS = 5 * 60_000

/** Twice as long each time, and never all phones of a county at once. */
export function retryAfter(failures: number, chance = Math.random()): number {
  const whole = Math.min(FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20), LAST_RETRY_MS)
  return Math.round(whole * (0.5 + chance / 2))
}
