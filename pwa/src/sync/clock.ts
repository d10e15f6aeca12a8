// Hybrid logical clock: stamps that name an op, and the time an op is credited with. It is always told the time.

const MS_DIGITS = 15
const COUNT_DIGITS = 4
const MAX_COUNT = 16 ** COUNT_DIGITS - 1
/** How far ahead of ours another clock may run before our own clock stops following it. */
export const MAX_AHEAD_MS = 5 * 60 * 1000

/** `MMMMMMMMMMMMMMM-CCCC-device`: milliseconds, a hexadecimal counter, the device. Sorts as ASCII text. */
export function stamp(ms: number, count: number, device: string): string {
  return `${String(ms).padStart(MS_DIGITS, '0')}-${count.toString(16).padStart(COUNT_DIGITS, '0')}-${device}`
}

/** The milliseconds since 1970 that a stamp claims. */
export function stampMs(text: string): number {
  return Number(text.slice(0, MS_DIGITS))
}

function stampCount(text: string): number {
  return parseInt(text.slice(MS_DIGITS + 1, MS_DIGITS + 1 + COUNT_DIGITS), 16)
}

/** Whether `text` is a well-formed stamp made by `device`. */
export function isStamp(text: string, device: string): boolean {
  return /^[0-9]{15}-[0-9a-f]{4}-/.test(text) && text.slice(MS_DIGITS + COUNT_DIGITS + 2) === device
}

/**
 * The stamp for an op made here and now, later than `last` (the latest stamp seen; "" for none).
 *
 * A clock that went back, or stands still, moves the counter; a full counter moves the millisecond.
 * Before 1970 is 1970.
 */
export function tick(last: string, nowMs: number, device: string): string {
  if (last === '' || nowMs > stampMs(last)) return stamp(Math.max(nowMs, 0), 0, device)
  const count = stampCount(last) + 1
  if (count > MAX_COUNT) return stamp(stampMs(last) + 1, 0, device)
  return stamp(stampMs(last), count, device)
}

/** The later of two stamps; one that runs more than MAX_AHEAD_MS ahead of our clock is not followed. */
export function witness(last: string, other: string, nowMs: number): string {
  if (stampMs(other) > nowMs + MAX_AHEAD_MS) return last
  return last > other ? last : other
}

/**
 * The time an op counts from: what its phone claims, never before the device's last proven contact, never after
 * the server placed it. So a phone a year wrong gains nothing and loses nothing (reliability D1).
 */
export function credit(claimedMs: number, contactMs: number, placedMs: number): number {
  return Math.min(Math.max(claimedMs, contactMs), placedMs)
}

/** How many milliseconds a device's clock runs ahead of ours (negative: behind). */
export function skew(claimedNowMs: number, nowMs: number): number {
  return claimedNowMs - nowMs
}
