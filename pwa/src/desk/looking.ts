// A list at the desk: asked for at once, every minute, and soon after the server says that something is new.
import { onScopeDispose, shallowRef, type ShallowRef } from 'vue'
import { isTrouble, type Trouble } from '../subjects_desk'
import { whenGrown } from './grown'

const EVERY_MS = 60_000

export interface Looking<T> {
  /** What was told last; it stays while a later try fails. */
  readonly list: ShallowRef<T | undefined>
  readonly trouble: ShallowRef<Trouble | undefined>
  readonly look: () => Promise<void>
}

/** Looks while the scope lives. */
export function useLooking<T extends object>(ask: () => Promise<T | Trouble>): Looking<T> {
  const list = shallowRef<T>()
  const trouble = shallowRef<Trouble>()
  async function look(): Promise<void> {
    const told = await ask()
    trouble.value = isTrouble(told) ? told : undefined
    if (!isTrouble(told)) list.value = told
  }
  void look()
  const timer = setInterval(() => void look(), EVERY_MS)
  whenGrown(() => void look())
  onScopeDispose(() => clearInterval(timer))
  return { list, trouble, look }
}
