// What every act on an issue shares: a draft of its own, one durable write, a word when it is saved, faults shown after the first try.
import { computed, ref, type ComputedRef, type Ref } from 'vue'
import { useStatus } from '../parts/status'
import { useDraft, type Photo, type Seen } from '../subjects'
import { t } from '../words/words'
import { showFirstFault } from './faults'
import { useSaying, type Saying } from './saying'
import { asText, type Fields } from './values'

/** What is wrong with an act's form, by question, each saying what to do. */
export type ActFaults<T> = Readonly<Partial<Record<keyof T, string>>>

export interface Acting<T> extends Pick<Saying, 'busy' | 'failure'> {
  readonly draft: Ref<T>
  /** Undefined before the first try. */
  readonly faults: ComputedRef<ActFaults<T> | undefined>
  /** True once the act is durable. */
  readonly act: (fields: Readonly<Record<string, unknown>>, photos?: readonly Photo[]) => Promise<boolean>
}

export interface Acted<T> {
  readonly name: string
  readonly start: () => T
  readonly check: (draft: T) => ActFaults<T>
}

export function useActing<T>(seen: () => Seen, { name, start, check }: Acted<T>): Acting<T> {
  const status = useStatus()
  const { busy, failure, save } = useSaying()
  const key = `act:${name}:${seen().id}`
  const { draft } = useDraft<T>(key, start)
  const tried = ref(false)

  async function act(fields: Readonly<Record<string, unknown>>, photos?: readonly Photo[]): Promise<boolean> {
    tried.value = true
    if (Object.keys(check(draft.value)).length > 0) {
      await showFirstFault()
      return false
    }
    const { id, grid } = seen()
    const what = { subject: id, grid, fields, draft: key, ...(photos && photos.length > 0 ? { photos } : {}) }
    const done = await save([{ name, what }])
    if (done) status.say(t('acted.saved'))
    return done !== undefined
  }
  return { draft, busy, failure, act, faults: computed(() => (tried.value ? check(draft.value) : undefined)) }
}

/** A text that was given along, for prefilling. */
export function givenText(given: Fields, name: string): string {
  return asText(given[name])
}
