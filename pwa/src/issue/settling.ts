// A field that was just settled, and the way back: settling it again to what held before. Offered for ten minutes, on the page where it was done.
import { onScopeDispose, ref, type Ref } from 'vue'
import type { Json } from '../sync/op'

const OFFERED_MS = 10 * 60 * 1000

export interface Settled {
  readonly field: string
  readonly before: Json
}

export interface Settling {
  /** What may still be taken back; undefined when there is nothing, or the time for it has passed. */
  readonly settled: Ref<Settled | undefined>
  readonly done: (settled: Settled) => void
  readonly undone: () => void
}

export function useSettling(): Settling {
  const settled = ref<Settled>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const undone = (): void => {
    clearTimeout(timer)
    settled.value = undefined
  }
  function done(one: Settled): void {
    undone()
    settled.value = one
    timer = setTimeout(undone, OFFERED_MS)
  }
  onScopeDispose(undone)
  return { settled, done, undone }
}
