// How the desk's pages look: at a list every minute and when something is new, at one record until an act on it was sent.
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { isTrouble, type Trouble } from '../subjects_desk'
import { whenGrown } from './grown'

const EVERY_MS = 60_000

export interface Looking<T> {
  /** What was told last; it stays while a later try fails. */
  readonly list: ShallowRef<T | undefined>
  readonly trouble: ShallowRef<Trouble | undefined>
  readonly look: () => Promise<void>
}

function asked<T extends object>(ask: () => Promise<T | Trouble>, may: () => boolean = () => true): { told: ShallowRef<T | undefined>; trouble: ShallowRef<Trouble | undefined>; look: () => Promise<void> } {
  const told = shallowRef<T>()
  const trouble = shallowRef<Trouble>()
  let last = 0
  let newest = Promise.resolve()
  function look(): Promise<void> {
    if (may()) newest = lookOnce(++last)
    return newest
  }
  async function lookOnce(mine: number): Promise<void> {
    const answer = await ask()
    // An answer to an older question must not cover a newer one: whoever asked waits for that one.
    if (mine !== last) return newest
    trouble.value = isTrouble(answer) ? answer : undefined
    if (!isTrouble(answer)) told.value = answer
  }
  return { told, trouble, look }
}

/** Looks while the scope lives. Who `may` not see the list is not told so every minute. */
export function useLooking<T extends object>(ask: () => Promise<T | Trouble>, may?: () => boolean): Looking<T> {
  const { told: list, trouble, look } = asked(ask, may)
  void look()
  const timer = setInterval(() => void look(), EVERY_MS)
  whenGrown(() => void look())
  onScopeDispose(() => clearInterval(timer))
  return { list, trouble, look }
}

export interface Whole<T> {
  readonly whole: ShallowRef<T | undefined>
  readonly trouble: ShallowRef<Trouble | undefined>
  /** The act whose form is open; "" for none. */
  readonly acting: Ref<string>
  /** Whether the act begun last was sent. */
  readonly isDone: Ref<boolean>
  readonly sent: () => Promise<void>
  readonly begin: (act: string) => void
}

/** One record whole, and the form of one of its acts: asked for at once, and again when an act was sent; `acted` then hears of it. */
export function useWhole<T extends object>(ask: () => Promise<T | Trouble>, acted: () => void, first = ''): Whole<T> {
  const { told: whole, trouble, look } = asked(ask)
  const acting = ref(first)
  const isDone = ref(false)
  void look()
  async function sent(): Promise<void> {
    acting.value = ''
    isDone.value = true
    await look()
    acted()
  }
  function begin(act: string): void {
    isDone.value = false
    acting.value = act
  }
  return { whole, trouble, acting, isDone, sent, begin }
}
