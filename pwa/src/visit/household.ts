// What a form holds of a household, what is missing in it, and the fields it becomes. Pure.
import { isPhone } from '../issue/draft'
import { asText, lengthOf, mapsOf, textOf, textsOf, type Fields } from '../issue/values'
import type { Seen, Session } from '../subjects'
import { t } from '../words/words'
import { CARE, HOMES, RELATIONS, SEXES, TYPES, type Care, type Home, type HouseholdType, type Relation, type Sex } from './codes'

/** Which wording of the notice is read out: `consent.words`. */
export const NOTICE = '2026-1'
export const MOST_MEMBERS = 20

export interface Member {
  name: string
  relation: Relation | ''
  sex: Sex | ''
  born: string
  home: Home | ''
}

export interface HouseholdDraft {
  address: string
  type: HouseholdType | ''
  head: string
  phone: string
  members: Member[]
  care: readonly Care[]
  remark: string
  consent: 'spoken' | 'signed' | ''
}

export const FIELDS = ['address', 'household_type', 'head_name', 'phone', 'members', 'care_tags', 'remark'] as const

export function emptyMember(): Member {
  return { name: '', relation: '', sex: '', born: '', home: '' }
}

/** The head is a member too: the first row is his. */
export function emptyHousehold(): HouseholdDraft {
  const head: Member = { ...emptyMember(), relation: 'head', home: 'lives_here' }
  return { address: '', type: '', head: '', phone: '', members: [head], care: [], remark: '', consent: '' }
}

function one<T extends string>(codes: readonly T[], code: string): T | '' {
  return codes.find((known) => known === code) ?? ''
}

export function membersOf(seen: Seen): Member[] {
  return mapsOf(seen, 'members').map(memberOf)
}

function memberOf(map: Fields): Member {
  return {
    name: asText(map.name),
    relation: one(RELATIONS, asText(map.relation)),
    sex: one(SEXES, asText(map.sex)),
    born: asText(map.born),
    home: one(HOMES, asText(map.home)),
  }
}

export function draftOf(seen: Seen): HouseholdDraft {
  const tags = textsOf(seen, 'care_tags')
  return {
    address: textOf(seen, 'address'),
    type: one(TYPES, textOf(seen, 'household_type')),
    head: textOf(seen, 'head_name'),
    phone: textOf(seen, 'phone'),
    members: membersOf(seen),
    care: CARE.filter((tag) => tags.includes(tag)),
    remark: textOf(seen, 'remark'),
    consent: '',
  }
}

export type HouseholdFaults = Readonly<Record<string, string | undefined>>

/** Members' faults stand under `members.0.name`. */
export function householdFaults(draft: HouseholdDraft, isNew: boolean): HouseholdFaults {
  const faults: Record<string, string> = {}
  const [address, head] = [lengthOf(draft.address.trim()), lengthOf(draft.head.trim())]
  if (address < 2) faults.address = t('household.fault.address')
  else if (address > 100) faults.address = t('fault.too_long', { n: address - 100 })
  if (draft.type === '') faults.type = t('household.fault.type')
  if (head < 2 || head > 20) faults.head = t('household.fault.head')
  if (!isPhone(draft.phone)) faults.phone = t('fault.phone')
  if (draft.members.length === 0) faults.members = t('member.fault.none')
  if (lengthOf(draft.remark) > 300) faults.remark = t('fault.too_long', { n: lengthOf(draft.remark) - 300 })
  if (isNew && draft.consent === '') faults.consent = t('consent.fault')
  for (const [at, member] of draft.members.entries()) Object.assign(faults, memberFaults(member, at))
  return faults
}

function memberFaults({ name, relation, born, home }: Member, at: number): Record<string, string> {
  const length = lengthOf(name.trim())
  return {
    ...(length < 2 || length > 20 ? { [`members.${at}.name`]: t('member.fault.name') } : {}),
    ...(relation === '' ? { [`members.${at}.relation`]: t('member.fault.relation') } : {}),
    ...(home === '' ? { [`members.${at}.home`]: t('member.fault.home') } : {}),
    ...(isBorn(born) ? {} : { [`members.${at}.born`]: t('member.fault.born') }),
  }
}

/** A year, or a year and month, as a phone's number keys can write it; nothing is an answer too. */
function isBorn(born: string): boolean {
  return born === '' || /^(?:18|19|20)\d\d(?:-(?:0[1-9]|1[0-2]))?$/.test(bornOf(born))
}

/** 196805 is 1968-05. */
function bornOf(typed: string): string {
  return typed.trim().replace(/^(\d{4})(\d{2})$/, '$1-$2')
}

/** Whole years at a moment, from a year or year-month; undefined when it is not known. */
export function yearsOld(born: string, now_ms: number): number | undefined {
  const [year, month] = bornOf(born).split('-').map(Number)
  if (year === undefined || !Number.isInteger(year) || year < 1800) return undefined
  const now = new Date(now_ms)
  const before = month !== undefined && month > now.getMonth() + 1 ? 1 : 0
  return now.getFullYear() - year - before
}

export function hasMinor(members: readonly Member[], now_ms: number): boolean {
  return members.some(({ born }) => (yearsOld(born, now_ms) ?? 99) < 14)
}

/** The values a form stands for, by the law's names. */
function valuesOf(draft: HouseholdDraft): Record<(typeof FIELDS)[number], unknown> {
  return {
    address: draft.address.trim(),
    household_type: draft.type,
    head_name: draft.head.trim(),
    phone: draft.phone,
    members: draft.members.map(({ name, relation, sex, born, home }) => ({
      ...{ name: name.trim(), relation, home },
      ...(sex === '' ? {} : { sex }),
      ...(born === '' ? {} : { born: bornOf(born) }),
    })),
    care_tags: [...draft.care],
    remark: draft.remark.trim(),
  }
}

/** The fields of `register`. */
export function registerFields(draft: HouseholdDraft, session: Session, now_ms: number): Record<string, unknown> {
  const [phone, remark] = [draft.phone, draft.remark.trim()]
  const told_by = Array.from(session.name).slice(0, 20).join('')
  return {
    ...valuesOf(draft),
    phone: phone || undefined,
    remark: remark || undefined,
    consent: { notice: NOTICE, way: draft.consent, at_ms: now_ms, told_by },
  }
}

/** Only what was changed: what is said again unchanged would look like a second opinion. */
export function changedFields(before: HouseholdDraft, after: HouseholdDraft): Record<string, unknown> {
  const [old, fresh] = [valuesOf(before), valuesOf(after)]
  return Object.fromEntries(FIELDS.filter((name) => JSON.stringify(old[name]) !== JSON.stringify(fresh[name])).map((name) => [name, fresh[name]]))
}
