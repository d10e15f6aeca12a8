// Ops and records in the words of whoever wrote them: what was done, to what, and what stands written in it.
import { actWord, pick } from '../issue/codes'
import { labelOf, wordsOf } from '../issue/fields'
import { numberOf, textOf } from '../issue/values'
import type { Book, Json, Seen } from '../subjects'
import { t } from '../words/words'
import { fieldLabel, fieldWords } from '../visit/people'

const KINDS = {
  issue: 'kind.issue',
  visit: 'kind.visit',
  household: 'kind.household',
  mailbox: 'kind.mailbox',
  mailbox_opening: 'kind.mailbox_opening',
  letter: 'kind.letter',
  mediation: 'kind.mediation',
} as const

const SAID = {
  'issue.register': 'said.issue.register',
  'visit.record': 'said.visit.record',
  'register.bar': 'said.household.register',
  'household.leave': 'said.household.leave',
  'mailbox.damage': 'said.mailbox.damage',
  'mailbox.mend': 'said.mailbox.mend',
  'mailbox_opening.open': 'said.mailbox_opening.open',
  'letter.take_out': 'said.letter.take_out',
  'letter.to_issue': 'said.letter.to_issue',
  'letter.set_aside': 'said.letter.set_aside',
  'mediation.record': 'said.mediation.record',
} as const

export function kindWord(kind: string): string {
  return t(pick(KINDS, kind) ?? 'kind.other')
}

/** What an op does: 登记事项, 修改住户. */
export function opWord(kind: string, name: string): string {
  const key = pick(SAID, `${kind}.${name}`)
  if (key !== undefined) return t(key)
  if (name === 'edit') return t('said.edit', { kind: kindWord(kind) })
  if (name === 'settle') return t('said.settle', { kind: kindWord(kind) })
  return kind === 'issue' ? t('said.issue.act', { act: actWord(name) }) : kindWord(kind)
}

/** What a record is known by; "" while it is not here. */
export function recordTitle(seen: Seen | undefined, householdOf: (id: string) => Seen | undefined): string {
  if (seen === undefined) return ''
  if (seen.kind === 'visit') {
    const household = householdOf(textOf(seen, 'household'))
    return household ? t('household.of', { name: textOf(household, 'head_name') }) : textOf(seen, 'content')
  }
  if (seen.kind === 'household') return t('household.of', { name: textOf(seen, 'head_name') })
  if (seen.kind === 'mailbox_opening') return t('said.letters', { n: numberOf(seen, 'letters') ?? 0 })
  return ['title', 'summary', 'dispute', 'place', 'words'].map((field) => textOf(seen, field)).find((text) => text !== '') ?? ''
}

/** The kinds that have a page of their own. */
const PAGES: readonly string[] = ['issue', 'visit', 'household']

/** Where a record can be looked at; undefined for those without a page. */
export function pageOf(id: string, kind: string): string | undefined {
  if (kind === 'mailbox_opening' || kind === 'mailbox') return '/mailbox'
  if (kind === 'letter') return `/mailbox/letter?letter=${encodeURIComponent(id)}`
  return PAGES.includes(kind) ? `/${id}` : undefined
}

/** What a person wrote in an op, label by label; codes and ids that no person wrote are left out. */
export function writtenIn(fields: Readonly<Record<string, Json>>, book: Book | undefined): readonly { label: string; text: string }[] {
  return Object.entries(fields).flatMap(([field, value]) => {
    const label = labelOf(field) || fieldLabel(field)
    const text = (labelOf(field) ? wordsOf(field, value, book) : fieldWords(field, value)).trim()
    return text === '' || (label === '' && /^[\w./-]+$/.test(text)) ? [] : [{ label, text }]
  })
}
