// The issue that is open beside the queue: fetched when it is opened and with every look. Which one is open stands in the address.
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { isTrouble, issueOf, type Trouble, type WholeIssue } from '../subjects_desk'
import { hashOf, matterIn } from './address'

export interface WholeDoor {
  /** Its id; "" when none is open. */
  readonly open: Ref<string>
  readonly whole: ShallowRef<WholeIssue | undefined>
  readonly trouble: ShallowRef<Trouble | undefined>
  readonly look: () => Promise<void>
}

const addressed = (): string => matterIn(location.hash)

export function useWhole(): WholeDoor {
  const open = ref(addressed())
  const whole = shallowRef<WholeIssue>()
  const trouble = shallowRef<Trouble>()
  let asked = 0

  async function look(): Promise<void> {
    const id = open.value
    const mine = ++asked
    if (id === '') return
    const answer = await issueOf(id)
    if (mine !== asked || id !== open.value) return
    trouble.value = isTrouble(answer) ? answer : undefined
    if (!isTrouble(answer)) whole.value = answer
  }
  watch(
    open,
    (id) => {
      whole.value = undefined
      trouble.value = undefined
      if (id !== addressed()) history.pushState(null, '', hashOf(id) || location.pathname)
      void look()
    },
    { immediate: true },
  )
  const back = (): void => {
    open.value = addressed()
  }
  window.addEventListener('popstate', back)
  onScopeDispose(() => window.removeEventListener('popstate', back))
  return { open, whole, trouble, look }
}
