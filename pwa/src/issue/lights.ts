// The light of a due date as a phone can tell it: without the county's calendar, so only weekends are left out. The town's list is exact.
import { onScopeDispose, ref, type Ref } from 'vue'
import { clock, DAY_MS, day, daysBetween, weekday } from '../words/days'
import { t } from '../words/words'

export type LightLevel = 'green' | 'yellow' | 'red'

/** Red once it has passed, yellow from `yellow_days` working days before. */
export function lightOf(due_ms: number, now_ms: number, yellow_days: number): LightLevel {
  if (now_ms > due_ms) return 'red'
  return workdaysTo(due_ms, now_ms, yellow_days + 1) <= yellow_days ? 'yellow' : 'green'
}

/** Weekdays after today up to the due day, counted no further than `enough`. */
function workdaysTo(due_ms: number, now_ms: number, enough: number): number {
  let count = 0
  for (let ahead = 1; ahead <= daysBetween(now_ms, due_ms) && count < enough; ahead++) {
    if (weekday(now_ms + ahead * DAY_MS) <= 5) count++
  }
  return count
}

/** Until when, as one says it: today 17:30, tomorrow, in 3 days; or since when it is over. */
export function dueWords(due_ms: number, now_ms: number): string {
  const days = daysBetween(now_ms, due_ms)
  if (now_ms > due_ms) return days === 0 ? t('due.over_today', { at: clock(due_ms) }) : t('due.over', { n: -days })
  if (days === 0) return t('due.today', { at: clock(due_ms) })
  if (days === 1) return t('due.tomorrow', { at: clock(due_ms) })
  return t('due.by', { day: day(due_ms, now_ms), n: days })
}

/** The time on this phone, followed by the minute while the page is open. */
export function useMinute(): Ref<number> {
  const now = ref(Date.now())
  const timer = setInterval(() => (now.value = Date.now()), 60_000)
  onScopeDispose(() => clearInterval(timer))
  return now
}
