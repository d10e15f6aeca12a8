// What a form holds of a visit, what is missing in it, and the fields of the op `record`. Pure.
import type { Spot } from '../issue/exif'
import { lengthOf } from '../issue/values'
import type { Json, Photo, Voice } from '../subjects'
import { DAY_MS, isoDay } from '../words/days'
import { t } from '../words/words'
import type { FindingKind, Met, VisitType } from './codes'

/** Nobody at home: within so many days somebody comes again. */
const AGAIN_DAYS = 7
export const MOST_FINDINGS = 10

/** One thing found, and what becomes of it: registered now, registered before, or solved there and then. */
export interface Finding {
  kind: FindingKind
  how: 'issue' | 'known' | 'spot' | ''
  issue: string
  words: string
}

export interface VisitDraft {
  /** 0 until the first word is written. */
  started_ms: number
  type: VisitType
  met: Met | ''
  who: string
  changed: 'yes' | 'no' | ''
  /** Nothing was found; said, not presumed. */
  nothing: boolean
  findings: Finding[]
  content: string
  policies: readonly string[]
  companions: string
  photos: readonly Photo[]
  /** Absent in drafts of an earlier version. */
  voices?: readonly Voice[]
  /** Of a photo, when the worker wanted it. */
  spot?: Spot | undefined
  next: string
  /** A promise that was made there. */
  promise?: Json
}

export function emptyVisit(): VisitDraft {
  return {
    ...{ started_ms: 0, type: 'daily', met: '', who: '', changed: '', nothing: false, findings: [], content: '' },
    ...{ policies: [], companions: '', photos: [], next: '' },
  }
}

export function emptyFinding(kind: FindingKind): Finding {
  return { kind, how: '', issue: '', words: '' }
}

/** Nobody spoke: what one asks people cannot be asked. */
export function isSilent({ met }: VisitDraft): boolean {
  return met === 'nobody' || met === 'declined'
}

/** Days on which a closed door may be tried again, `YYYY-MM-DD`. */
export function againDays(now_ms: number): { readonly min: string; readonly max: string } {
  return { min: isoDay(now_ms), max: isoDay(now_ms + AGAIN_DAYS * DAY_MS) }
}

export type VisitFaults = Readonly<Record<string, string | undefined>>

/** Findings' faults stand under `findings.0.how`. */
export function visitFaults(draft: VisitDraft, now_ms: number): VisitFaults {
  const faults: Record<string, string> = {}
  const content = lengthOf(draft.content.trim())
  if (draft.met === '') faults.met = t('visit.fault.met')
  if (!isSilent(draft) && draft.changed === '') faults.changed = t('visit.fault.changed')
  if (!isSilent(draft) && !draft.nothing && draft.findings.length === 0) faults.findings = t('visit.fault.findings')
  if (content < 5) faults.content = t('visit.fault.content')
  else if (content > 150) faults.content = t('fault.too_long', { n: content - 150 })
  if (draft.met === 'nobody' && !isSoon(draft.next, now_ms)) faults.next = t('visit.fault.next')
  if (lengthOf(draft.who) > 20) faults.who = t('fault.too_long', { n: lengthOf(draft.who) - 20 })
  if (companionsOf(draft.companions).some((one) => lengthOf(one) > 40)) faults.companions = t('visit.fault.companion')
  if (!isSilent(draft)) for (const [at, finding] of draft.findings.entries()) Object.assign(faults, findingFaults(finding, at))
  return faults
}

function isSoon(day: string, now_ms: number): boolean {
  const { min, max } = againDays(now_ms)
  return day >= min && day <= max
}

function findingFaults({ how, issue, words }: Finding, at: number): Record<string, string> {
  if (how === '') return { [`findings.${at}.how`]: t('visit.fault.how') }
  if (how === 'spot') return lengthOf(words.trim()) < 5 ? { [`findings.${at}.words`]: t('visit.fault.words') } : {}
  return issue === '' ? { [`findings.${at}.issue`]: t('visit.fault.issue') } : {}
}

/** Names between commas of either script. */
export function companionsOf(text: string): string[] {
  return text.split(/[、，,;；\n]/).map((one) => one.trim()).filter(Boolean).slice(0, 10)
}

/** The fields of `record`; photos are added by the door. */
export function visitFields(draft: VisitDraft, household: string, now_ms: number): Record<string, unknown> {
  const silent = isSilent(draft)
  const companions = companionsOf(draft.companions)
  const found = silent || draft.findings.length === 0 ? [{ kind: 'none' }] : draft.findings.map(findingFields)
  return {
    visit_type: draft.type,
    household,
    started_ms: Math.min(draft.started_ms || now_ms, now_ms),
    ended_ms: now_ms,
    met: draft.met,
    interviewee: silent || draft.who.trim() === '' ? undefined : draft.who.trim(),
    companions: companions.length > 0 ? companions : undefined,
    base_changed: !silent && draft.changed === 'yes',
    findings: found,
    policy_given: silent || draft.policies.length === 0 ? undefined : [...draft.policies],
    content: draft.content.trim(),
    next_visit_on: draft.next || undefined,
    spot: draft.spot,
  }
}

function findingFields({ kind, how, issue, words }: Finding): Record<string, unknown> {
  return how === 'spot' ? { kind, solved_on_spot: words.trim() } : { kind, issue }
}
