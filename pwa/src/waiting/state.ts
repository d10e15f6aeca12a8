// How the talk with the server stands, for the strip on the first page and the page behind it. Nothing is counted that is not known.
import { computed, type ComputedRef } from 'vue'
import { troubleWords } from '../enter/troubles'
import { useSkew, useWaiting, type Waiting } from '../subjects'
import { clock, DAY_MS, dayTime, daysBetween } from '../words/days'
import { t } from '../words/words'
import { useOnline } from './online'

export interface SendingState {
  readonly waiting: ComputedRef<Waiting>
  /** Records with anything that is only here. */
  readonly here: ComputedRef<number>
  readonly state: ComputedRef<'offline' | 'idle' | 'sending' | 'failed'>
  /** With `failed`: why, in words. */
  readonly why: ComputedRef<string>
  /** When the server was last heard, in words; undefined when never. */
  readonly last: ComputedRef<string | undefined>
  /** Refusals that their author has not read. */
  readonly unread: ComputedRef<number>
}

export function useSending(now_ms: () => number): SendingState {
  const held = useWaiting()
  const online = useOnline()
  const waiting = computed(() => held.value)
  const here = computed(() => waiting.value.subjects.length)
  const state = computed(() => {
    const { sending, last_trouble: trouble } = waiting.value
    // Fetching goes on every minute; it is worth a word only when something is to be sent.
    if (sending && here.value > 0) return 'sending'
    if (!online.value || trouble?.trouble === 'offline') return 'offline'
    return trouble === undefined ? 'idle' : 'failed'
  })
  return {
    waiting,
    here,
    state,
    why: computed(() => (waiting.value.last_trouble ? troubleWords(waiting.value.last_trouble) : '')),
    last: computed(() => {
      const { last_contact_ms: at_ms } = waiting.value
      if (at_ms === undefined) return undefined
      return daysBetween(at_ms, now_ms()) === 0 ? clock(at_ms) : dayTime(at_ms, now_ms())
    }),
    unread: computed(() => waiting.value.refused.filter(({ read }) => !read).length),
  }
}

/** How wrong the clock here is, as a sentence; undefined when it is right enough. */
export function useClockNotice(): ComputedRef<string | undefined> {
  const skew = useSkew()
  return computed(() => {
    if (skew.value === 0) return undefined
    return t(skew.value > 0 ? 'today.skew.ahead' : 'today.skew.behind', { span: spanWords(Math.abs(skew.value)) })
  })
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

function spanWords(ms: number): string {
  if (ms >= DAY_MS) return t('today.days', { n: Math.round(ms / DAY_MS) })
  if (ms >= HOUR_MS) return t('today.hours', { n: Math.round(ms / HOUR_MS) })
  return t('today.minutes', { n: Math.round(ms / MINUTE_MS) })
}
