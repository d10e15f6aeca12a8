// The counter's one-hour goal in words: until when, or in what time it was done.
import type { Goal } from '../sync/subjects/issue'
import { clock, dayTime, daysBetween } from '../words/days'
import { t } from '../words/words'

/** 45 minutes, 1 hour, 1 hour 20; from a day on in whole hours. */
export function spanWords(minutes: number): string {
  const [h, n] = [Math.floor(minutes / 60), minutes % 60]
  if (h === 0) return t('goal.minutes', { n })
  return n === 0 || h >= 24 ? t('goal.hours', { n: h }) : t('goal.both', { h, n })
}

/** The clock alone on its own day. */
export function goalAt(at_ms: number, now_ms: number): string {
  return daysBetween(at_ms, now_ms) === 0 ? clock(at_ms) : dayTime(at_ms, now_ms)
}

export function goalWords({ at_ms, minutes, told_ms }: Goal, now_ms: number): string {
  const span = spanWords(minutes)
  if (told_ms === undefined) return t(now_ms > at_ms ? 'goal.past' : 'goal.open', { span, at: goalAt(at_ms, now_ms) })
  const took = spanWords(Math.max(1, Math.ceil((told_ms - at_ms) / 60_000 + minutes)))
  return t(told_ms > at_ms ? 'goal.missed' : 'goal.met', { span, took })
}
