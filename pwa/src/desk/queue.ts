// The queue as the desk holds it: asked when the server says that something is new, every minute, and whenever somebody looks again. What was shown stays when the network is lost.
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { isTrouble, queueOf, type Queue, type Trouble } from '../subjects_desk'
import { whenGrown } from './grown'

const EVERY_MS = 60_000
const FIRST = 60
/** The most the server gives at once; whoever has more before him narrows by stage. */
const MOST = 200

export interface QueueDoor {
  /** As the server last told it. */
  readonly queue: ShallowRef<Queue | undefined>
  /** When that was, by the clock here. */
  readonly heard_ms: Ref<number>
  /** Why the last try brought nothing; undefined when it brought the queue. */
  readonly trouble: ShallowRef<Trouble | undefined>
  /** The stages shown; none means all. */
  readonly stages: Ref<readonly string[]>
  readonly narrow: (stages: readonly string[]) => void
  readonly look: () => Promise<void>
  /** Shows as many as the server gives. */
  readonly more: () => void
}

/** `also` is done with every look: what is open beside the queue grows old with it. Who `may` not see the queue is not told so every minute. */
export function useQueue(also: () => Promise<void>, may: () => boolean = () => true): QueueDoor {
  const queue = shallowRef<Queue>()
  const trouble = shallowRef<Trouble>()
  const heard_ms = ref(0)
  const stages = ref<readonly string[]>([])
  const limit = ref(FIRST)
  let asked = 0

  async function look(): Promise<void> {
    if (!may()) return
    const mine = ++asked
    const answer = await queueOf({ stages: stages.value, limit: limit.value })
    // An answer to an older question must not cover a newer one.
    if (mine !== asked) return
    trouble.value = isTrouble(answer) ? answer : undefined
    if (isTrouble(answer)) return
    queue.value = answer
    heard_ms.value = Date.now()
  }
  const lookAgain = async (): Promise<void> => {
    if (!document.hidden) await Promise.all([look(), also()])
  }
  const looked = (): void => void lookAgain()

  watch([stages, limit], () => void look(), { immediate: true })
  const timer = setInterval(looked, EVERY_MS)
  whenGrown(looked)
  window.addEventListener('focus', looked)
  window.addEventListener('online', looked)
  document.addEventListener('visibilitychange', looked)
  onScopeDispose(() => {
    clearInterval(timer)
    window.removeEventListener('focus', looked)
    window.removeEventListener('online', looked)
    document.removeEventListener('visibilitychange', looked)
  })
  return { queue, heard_ms, trouble, stages, narrow: (chosen) => (stages.value = chosen), look: lookAgain, more: () => (limit.value = MOST) }
}
