// One act on the open issue, from its half-written form to what became of it on the server. Nothing is called done before the receipt.
import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { showFirstFault } from '../issue/faults'
import { say, seenOf, useDraft, type DeskSaid, type Link, type Photo, type Refusal, type Saying, type Seen, type Trouble } from '../subjects_desk'
import type { ActForm, Faults } from './acts'

/** An op that the server has placed, or that lies here until the server can be reached. */
export type Sent =
  | { readonly kind: 'placed'; readonly issue: string; readonly name: string; readonly stamp: string }
  | { readonly kind: 'waits'; readonly issue: string; readonly name: string; readonly trouble: Trouble }

/** Why nothing was done. */
export type Failure = { readonly refusal: Refusal } | { readonly trouble: Trouble }

/** What goes with the op: photos, a link, and what is said in the same write behind it. */
export interface More {
  readonly photos?: readonly Photo[]
  readonly link?: Link
  readonly also?: readonly Saying[]
}

export interface Acting<T> {
  readonly draft: Ref<T>
  /** Something half written was found here. */
  readonly restored: Ref<boolean>
  readonly faults: ComputedRef<Faults<T>>
  readonly busy: Ref<boolean>
  readonly failure: ShallowRef<Failure | undefined>
  /** What became of it; undefined when the form has to be looked at again. */
  readonly send: (more?: More) => Promise<Sent | undefined>
  readonly wipe: () => Promise<void>
}

export function useAct<T>(seen: () => Seen, form: ActForm<T>): Acting<T> {
  const key = `desk:${form.name}:${seen().id}`
  const { draft, restored, clear } = useDraft<T>(key, form.start)
  const tried = ref(false)
  const busy = ref(false)
  const failure = shallowRef<Failure>()
  // What lay beside the form when it was opened; what came since was not looked at.
  const shown = seen().shape

  async function send({ also, ...more }: More = {}): Promise<Sent | undefined> {
    if (busy.value) return undefined
    tried.value = true
    failure.value = undefined
    if (Object.keys(form.check(draft.value)).length > 0) {
      await showFirstFault()
      return undefined
    }
    busy.value = true
    const { id, grid } = seen()
    const fields = form.fields(draft.value)
    const said = await say(form.name, { subject: id, grid, fields, seen: seenOf(shown, Object.keys(fields)), draft: key, ...more }, also)
    busy.value = false
    const sent = sentOf(said, id, form.name)
    if (sent === undefined) failure.value = failureOf(said)
    else await clear()
    return sent
  }
  return { draft, restored, faults: computed<Faults<T>>(() => (tried.value ? form.check(draft.value) : ({} as Faults<T>))), busy, failure, send, wipe: clear }
}

/** The part of an answer that says it is on its way or there. */
export function sentOf(said: DeskSaid, issue: string, name: string): Sent | undefined {
  if (said.ok) return { kind: 'placed', issue, name, stamp: said.stamp }
  return said.trouble !== undefined && said.kept ? { kind: 'waits', issue, name, trouble: said.trouble } : undefined
}

/** The part that says that nothing was done. */
export function failureOf(said: DeskSaid): Failure | undefined {
  if (said.ok) return undefined
  if (said.trouble === undefined) return { refusal: said.refusal }
  return said.kept ? undefined : { trouble: said.trouble }
}
