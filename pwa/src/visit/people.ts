// People of a household in words, as its card and its conflicts show them.
import { asText, isList, isMap } from '../issue/values'
import type { Json } from '../subjects'
import { lang, t } from '../words/words'
import { codeOf } from './codes'
import { yearsOld, type Member } from './household'

/** Relation, sex, age, whether at home: what is known of it. */
export function memberWords(member: Member, now_ms: number): string {
  const years = yearsOld(member.born, now_ms)
  return [
    member.relation && codeOf('relation', member.relation),
    member.sex && codeOf('sex', member.sex),
    years === undefined ? '' : t('household.years', { n: years }),
    member.home && codeOf('home', member.home),
  ]
    .filter(Boolean)
    .join(' · ')
}

const LABELS = {
  address: 'household.address',
  household_type: 'household.type',
  head_name: 'household.head',
  phone: 'household.phone',
  members: 'household.members',
  care_tags: 'household.care',
  remark: 'household.remark',
} as const

/** What a field of a household is called; "" for those that nobody speaks of. */
export function fieldLabel(field: string): string {
  const known: Readonly<Record<string, (typeof LABELS)[keyof typeof LABELS]>> = LABELS
  const key = known[field]
  return key === undefined ? '' : t(key)
}

/** A field's value in words, for choosing between two. */
export function fieldWords(field: string, value: Json): string {
  if (field === 'household_type') return codeOf('type', asText(value))
  if (isList(value)) return value.map((one) => listed(field, one)).filter(Boolean).join(lang.value === 'zh' ? '、' : ', ')
  return asText(value)
}

function listed(field: string, value: Json): string {
  if (!isMap(value)) return field === 'care_tags' ? codeOf('care', asText(value)) : asText(value)
  const home = asText(value.home)
  return home === '' ? asText(value.name) : `${asText(value.name)}（${codeOf('home', home)}）`
}
