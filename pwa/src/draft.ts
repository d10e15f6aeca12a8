// A half-written form as a page holds it, kept on this device as it is written. How and when it is stored is the device's matter.
import { ref, watch, type Ref } from 'vue'
import type { Drafts } from './device/drafts'

export interface DraftDoor<T> {
  readonly draft: Ref<T>
  /** Whether something half written was found and put back. */
  readonly restored: Ref<boolean>
  /** Whether the store has answered: only then may a page fill in by itself what it knows, lest a kept form be taken for touched. */
  readonly ready: Ref<boolean>
  readonly clear: () => Promise<void>
}

/** What is in it must be plain JSON. `start` makes an empty form; an empty form is no draft. */
export function draftDoor<T>(drafts: Drafts | undefined, key: string, start: () => T): DraftDoor<T> {
  const draft = ref(start()) as Ref<T>
  const restored = ref(false)
  const ready = ref(drafts === undefined)
  const blank = JSON.stringify(start())
  let last = blank
  const changed = (): void => {
    const now = JSON.stringify(draft.value)
    if (now === last) return
    last = now
    if (now === blank) void drafts?.clear(key)
    else drafts?.changed(key, JSON.parse(now))
  }
  watch(draft, changed, { deep: true })
  void drafts?.load(key).then((found) => {
    // Who was quicker than the store keeps what he wrote.
    if (found !== undefined && JSON.stringify(draft.value) === blank) {
      last = JSON.stringify(found)
      draft.value = found as T
      restored.value = true
    }
    ready.value = true
  })
  const clear = async (): Promise<void> => {
    last = blank
    draft.value = start()
    restored.value = false
    await drafts?.clear(key)
  }
  return { draft, restored, ready, clear }
}
