// Says something through the one door and tells how it went: busy, saved for good, or why not and what to do.
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { sayAll, type Refusal, type SaidAll, type Trouble, type What } from '../subjects'
import { t } from '../words/words'
import { pick } from './codes'

export interface Sentence {
  readonly name: string
  readonly what: What
}
export type Saved = Extract<SaidAll, { ok: true }>

/** Why nothing was saved, ready for ErrorBox. */
export interface Failure {
  readonly title: string
  readonly todo: string
  readonly detail: string
}

export interface Saying {
  readonly busy: Ref<boolean>
  readonly failure: ShallowRef<Failure | undefined>
  /** Resolves when all of it is durable; undefined when nothing was written, and `failure` tells why. */
  readonly save: (sentences: readonly Sentence[]) => Promise<Saved | undefined>
}

export function useSaying(): Saying {
  const busy = ref(false)
  const failure = shallowRef<Failure>()
  async function save(sentences: readonly Sentence[]): Promise<Saved | undefined> {
    if (busy.value) return undefined
    busy.value = true
    failure.value = undefined
    const said = await sayAll(sentences)
    busy.value = false
    if (said.ok) return said
    failure.value = said.trouble === undefined ? refused(said.refusal) : troubled(said.trouble)
    return undefined
  }
  return { busy, failure, save }
}

const REFUSED = {
  not_your_grid: 'refused.not_your_grid',
  not_your_role: 'refused.not_your_role',
  not_your_field: 'refused.not_your_role',
  field_missing: 'refused.field',
  too_short: 'refused.field',
  too_long: 'refused.field',
  not_a_phone: 'refused.phone',
} as const

function refused({ why, about }: Refusal): Failure {
  return { title: t('refused.title'), todo: t(pick(REFUSED, why) ?? 'refused.other'), detail: `${why} ${about}` }
}

const STORE = { full: 'unsaved.full', not_entered: 'unsaved.not_entered' } as const

function troubled({ trouble, detail }: Trouble): Failure {
  return { title: t('unsaved.title'), todo: t(pick(STORE, trouble) ?? 'unsaved.broken'), detail: [trouble, detail].filter(Boolean).join(' ') }
}
