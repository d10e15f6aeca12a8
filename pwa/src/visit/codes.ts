// The codes of households and visits as the law lists them, and each in words.
import { pick } from '../issue/codes'
import { t } from '../words/words'

export const TYPES = ['registered', 'floating', 'collective', 'registered_away', 'vacant'] as const
export const CARE = [
  'living_alone',
  'empty_nest',
  'aged_80',
  'left_behind_child',
  'child_in_need',
  'low_income',
  'five_guarantees',
  'preferential',
] as const
export const RELATIONS = [
  'head',
  'spouse',
  'child',
  'grandchild',
  'parent',
  'parent_in_law',
  'grandparent',
  'child_in_law',
  'sibling',
  'other',
] as const
export const SEXES = ['m', 'f'] as const
export const HOMES = ['lives_here', 'works_away', 'studies_away'] as const
export const GONE = ['moved', 'joined', 'mistake'] as const
export const VISIT_TYPES = ['daily', 'needs_round', 'key_group', 'special', 'follow_up'] as const
export const MET = ['head', 'member', 'nobody', 'declined', 'by_phone'] as const
export const FINDINGS = ['dispute', 'request', 'suggestion', 'hazard', 'assist'] as const
export const POLICIES = ['insurance', 'subsidy', 'fraud', 'fire', 'water', 'straw', 'traffic', 'law'] as const

export type HouseholdType = (typeof TYPES)[number]
export type Care = (typeof CARE)[number]
export type Relation = (typeof RELATIONS)[number]
export type Sex = (typeof SEXES)[number]
export type Home = (typeof HOMES)[number]
export type Gone = (typeof GONE)[number]
export type VisitType = (typeof VISIT_TYPES)[number]
export type Met = (typeof MET)[number]
export type FindingKind = (typeof FINDINGS)[number]

const WORDS = {
  'type.registered': 'htype.registered',
  'type.floating': 'htype.floating',
  'type.collective': 'htype.collective',
  'type.registered_away': 'htype.registered_away',
  'type.vacant': 'htype.vacant',
  'care.living_alone': 'care.living_alone',
  'care.empty_nest': 'care.empty_nest',
  'care.aged_80': 'care.aged_80',
  'care.left_behind_child': 'care.left_behind_child',
  'care.child_in_need': 'care.child_in_need',
  'care.low_income': 'care.low_income',
  'care.five_guarantees': 'care.five_guarantees',
  'care.preferential': 'care.preferential',
  'relation.head': 'relation.head',
  'relation.spouse': 'relation.spouse',
  'relation.child': 'relation.child',
  'relation.grandchild': 'relation.grandchild',
  'relation.parent': 'relation.parent',
  'relation.parent_in_law': 'relation.parent_in_law',
  'relation.grandparent': 'relation.grandparent',
  'relation.child_in_law': 'relation.child_in_law',
  'relation.sibling': 'relation.sibling',
  'relation.other': 'relation.other',
  'sex.m': 'sex.m',
  'sex.f': 'sex.f',
  'home.lives_here': 'home.lives_here',
  'home.works_away': 'home.works_away',
  'home.studies_away': 'home.studies_away',
  'way.spoken': 'consent.spoken',
  'way.signed': 'consent.signed',
  'visit.daily': 'vtype.daily',
  'visit.needs_round': 'vtype.needs_round',
  'visit.key_group': 'vtype.key_group',
  'visit.special': 'vtype.special',
  'visit.follow_up': 'vtype.follow_up',
  'met.head': 'met.head',
  'met.member': 'met.member',
  'met.nobody': 'met.nobody',
  'met.declined': 'met.declined',
  'met.by_phone': 'met.by_phone',
  'finding.none': 'finding.none',
  'finding.dispute': 'finding.dispute',
  'finding.request': 'finding.request',
  'finding.suggestion': 'finding.suggestion',
  'finding.hazard': 'finding.hazard',
  'finding.assist': 'finding.assist',
} as const

export type CodeList = 'type' | 'care' | 'relation' | 'sex' | 'home' | 'way' | 'visit' | 'met' | 'finding'

/** A code in words; one that a newer law brings is shown as it is written. */
export function codeOf(list: CodeList, code: string): string {
  const key = pick(WORDS, `${list}.${code}`)
  return key === undefined ? code : t(key)
}

/** The codes of a list as answers to choose from. */
export function options<T extends string>(list: CodeList, codes: readonly T[]): { value: T; label: string }[] {
  return codes.map((value) => ({ value, label: codeOf(list, value) }))
}
