// What has been filled in of one letter so far, what is missing, and the fields of the op `take_out`.
import { isPhone } from '../issue/draft'
import { cut, lengthOf } from '../issue/values'
import type { Photo, Voice } from '../subjects'
import { t } from '../words/words'

export const FORMS = ['signed', 'anonymous', 'blank'] as const
export type Form = (typeof FORMS)[number]
export const ASIDE = ['advert', 'blank', 'duplicate', 'not_for_us'] as const
export type Aside = (typeof ASIDE)[number]

export interface LetterDraft {
  form: Form | ''
  name: string
  phone: string
  address: string
  pages: number | null
  summary: string
  verbatim: string
  confidential: boolean
  photos: readonly Photo[]
  /** The letter as its writer says it; absent in drafts of an earlier version. */
  voices?: readonly Voice[]
}

export function emptyLetter(): LetterDraft {
  return { form: '', name: '', phone: '', address: '', pages: 1, summary: '', verbatim: '', confidential: false, photos: [] }
}

/** Where the draft of an opening's next letter is kept; by the page, not the letter, since it has no id yet. */
export function letterKey(opening: string): string {
  return `letter:${opening}`
}

export type LetterFaults = Readonly<Partial<Record<keyof LetterDraft, string>>>

export function letterFaults(draft: LetterDraft): LetterFaults {
  const faults: Partial<Record<keyof LetterDraft, string>> = {}
  const summary = lengthOf(draft.summary.trim())
  if (draft.form === '') faults.form = t('letter.fault.form')
  if (draft.pages === null) faults.pages = t('letter.fault.pages')
  if (summary < 4) faults.summary = t('letter.fault.summary')
  else if (summary > 300) faults.summary = t('fault.too_long', { n: summary - 300 })
  if (lengthOf(draft.verbatim) > 8000) faults.verbatim = t('fault.too_long', { n: lengthOf(draft.verbatim) - 8000 })
  if (draft.form === 'signed' && !isPhone(draft.phone)) faults.phone = t('fault.phone')
  return faults
}

/** The fields of `take_out`; photos are added by the door. */
export function letterFields(draft: LetterDraft, opening: string, now_ms: number): Record<string, unknown> {
  const writer = { name: cut(draft.name.trim(), 20), phone: draft.phone, address: cut(draft.address.trim(), 100) }
  const known = draft.form === 'signed' && (writer.name !== '' || writer.phone !== '' || writer.address !== '')
  return {
    opening: opening || undefined,
    received_ms: now_ms,
    form: draft.form,
    writer: known ? writer : undefined,
    pages: draft.pages ?? 1,
    summary: draft.summary.trim(),
    verbatim: draft.verbatim.trim() || undefined,
    confidential: draft.confidential,
  }
}
