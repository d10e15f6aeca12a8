// Moments as people say them, in the county's one zone; which words surround them is told in the sentences.
import { lang } from './words'

/** China has one zone. The server tells it in the book; a screen must show a day before the book is there. */
const ZONE_MINUTES = 480
export const DAY_MS = 24 * 60 * 60 * 1000

const two = (n: number): string => String(n).padStart(2, '0')
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

/** The county's wall clock at a moment; its UTC fields are the county's local ones. */
function wall(ms: number): Date {
  return new Date(ms + ZONE_MINUTES * 60 * 1000)
}

/** `YYYY-MM-DD`, as the law writes a day. */
export function isoDay(ms: number): string {
  return wall(ms).toISOString().slice(0, 10)
}

/** Days between two moments by the calendar: 0 on the same day, 1 from yesterday to today. */
export function daysBetween(from_ms: number, to_ms: number): number {
  const dayOf = (ms: number): number => Math.floor((ms + ZONE_MINUTES * 60 * 1000) / DAY_MS)
  return dayOf(to_ms) - dayOf(from_ms)
}

/** Monday is 1, Sunday 7. */
export function weekday(ms: number): number {
  return wall(ms).getUTCDay() || 7
}

/** The day, without the year when it is this one: 11月23日, 23 Nov. */
export function day(ms: number, now_ms: number = Date.now()): string {
  const at = wall(ms)
  const [year, month, date] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()]
  const other = year !== wall(now_ms).getUTCFullYear()
  if (lang.value === 'zh') return `${other ? `${year}年` : ''}${month + 1}月${date}日`
  return `${date} ${MONTHS[month] ?? ''}${other ? ` ${year}` : ''}`
}

/** The first moment after a day written `YYYY-MM-DD`. */
export function endOfDay(iso: string): number {
  return Date.parse(`${iso}T00:00:00Z`) + DAY_MS - ZONE_MINUTES * 60 * 1000
}

/** 09:05 */
export function clock(ms: number): string {
  const at = wall(ms)
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`
}

/** Day and clock: 11月23日 09:05. */
export function dayTime(ms: number, now_ms: number = Date.now()): string {
  return `${day(ms, now_ms)} ${clock(ms)}`
}

/** A day of the law in words; as written when it is none. */
export function isoInWords(iso: string): string {
  const ms = Date.parse(`${iso}T00:00:00Z`)
  return Number.isNaN(ms) ? iso : day(ms - ZONE_MINUTES * 60 * 1000)
}
