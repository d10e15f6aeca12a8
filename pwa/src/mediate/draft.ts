// What has been filled in of a mediation so far, what is missing, and the fields of the op `record`.
import { DANGERS, fenOf, isPhone, type Call, type Danger } from '../issue/draft'
import { yuan } from '../issue/fields'
import { cut, lengthOf } from '../issue/values'
import type { Json, Voice } from '../subjects'
import { isoInWords } from '../words/days'
import { lang, t } from '../words/words'

/** The text of rights and duties that is read out; a new text gets a new number. */
export const NOTICE = 'mediation-2026-1'
export const SOURCES = ['offered', 'applied', 'referred'] as const
export const OUTCOMES = ['written', 'oral', 'none'] as const
export type Outcome = (typeof OUTCOMES)[number]
export const ROUTES = ['town', 'court', 'arbitration', 'administrative'] as const
export type Route = (typeof ROUTES)[number]

export interface Party {
  name: string
  phone: string
  address: string
  consent: 'agrees' | 'refuses' | ''
  /** A picture as `data:` address until the record is saved. */
  signature: string
  /** Pressed on the paper, for who cannot write. */
  thumb: boolean
  /** Said yes to the spoken agreement. */
  says_yes: boolean
}
export interface Term {
  who: string
  to: string
  what: string
  amount: string
  by: string
  done: boolean
}
export interface MediationDraft {
  source: (typeof SOURCES)[number]
  dispute: string
  place: string
  parties: Party[]
  read_out: boolean
  outcome: Outcome | ''
  terms: Term[]
  routes: readonly Route[]
  course: string
  /** Besides the worker, names apart by spaces or commas. */
  others: string
  /** The issue is solved by it, in the same write. */
  solves: boolean
  /** Only when there is no issue yet. */
  category: string
  danger: readonly (Danger | 'none')[]
  told: readonly Call[]
  /** Absent in drafts of an earlier version. */
  voices?: readonly Voice[]
  /** What the agreement decides that no court confirms, by its code. Absent until somebody ticks. */
  touches?: readonly string[]
  /** A promise that is marked in it, beside what was agreed. Absent until one is. */
  promise?: Json | undefined
}

export function emptyParty(): Party {
  return { name: '', phone: '', address: '', consent: '', signature: '', thumb: false, says_yes: false }
}

export function emptyTerm(): Term {
  return { who: '', to: '', what: '', amount: '', by: '', done: false }
}

export function emptyMediation(): MediationDraft {
  return {
    ...{ source: 'offered', dispute: '', place: '', parties: [emptyParty(), emptyParty()], read_out: false },
    ...{ outcome: '', terms: [emptyTerm()], routes: [], course: '', others: '', solves: true },
    ...{ category: '', danger: [], told: [] },
  }
}

/** One clear refusal ends it: the law leaves no room to persuade. */
export function isRefused(draft: MediationDraft): boolean {
  return draft.parties.some(({ consent }) => consent === 'refuses')
}

export function allAgree(draft: MediationDraft): boolean {
  return draft.parties.every(({ consent }) => consent === 'agrees')
}

export function isAgreed(draft: MediationDraft): boolean {
  return !isRefused(draft) && (draft.outcome === 'written' || draft.outcome === 'oral')
}

/** How many have bound themselves: by hand or thumb to a written agreement, by word to a spoken one. */
export function signedBy(draft: MediationDraft): 'all' | 'some' | 'none' {
  if (!isAgreed(draft)) return 'none'
  const hands = draft.parties.map(({ signature, thumb, says_yes }) => (draft.outcome === 'written' ? signature !== '' || thumb : says_yes))
  if (hands.every(Boolean)) return 'all'
  return hands.some(Boolean) ? 'some' : 'none'
}

/** The promise that counts: it is asked for once there is an outcome. */
export function promiseIn(draft: MediationDraft): Json | undefined {
  return isRefused(draft) || draft.outcome === '' ? undefined : draft.promise
}

export function dangersIn(draft: MediationDraft): readonly Danger[] {
  return DANGERS.filter((kind) => draft.danger.includes(kind))
}

/** Faults by the name of the question; parties and terms as `parties.0.name`, `terms.1.what`. */
export type MediationFaults = Readonly<Record<string, string>>

/** `bare`: there is no issue yet, so its own questions count too. */
export function mediationFaults(draft: MediationDraft, bare: boolean): MediationFaults {
  const faults: Record<string, string> = {}
  const dispute = lengthOf(draft.dispute.trim())
  if (dispute < 5) faults.dispute = t('mediate.fault.dispute')
  else if (dispute > 500) faults.dispute = t('fault.too_long', { n: dispute - 500 })
  if (bare && draft.danger.length === 0) faults.danger = t('register.fault.danger')
  if (bare && draft.category === '') faults.category = t('register.fault.category')
  Object.assign(faults, ...draft.parties.map(partyFaults))
  if (Object.keys(faults).length > 0) return faults
  return { ...faults, ...(isRefused(draft) ? routeFaults(draft) : outcomeFaults(draft)) }
}

function partyFaults({ name, phone, consent }: Party, at: number): MediationFaults {
  return {
    ...(name.trim() === '' || lengthOf(name.trim()) > 20 ? { [`parties.${at}.name`]: t('mediate.fault.name') } : {}),
    ...(isPhone(phone) ? {} : { [`parties.${at}.phone`]: t('fault.phone') }),
    ...(consent === '' ? { [`parties.${at}.consent`]: t('mediate.fault.consent') } : {}),
  }
}

function routeFaults({ routes }: MediationDraft): MediationFaults {
  return routes.length === 0 ? { routes: t('mediate.fault.routes') } : {}
}

function outcomeFaults(draft: MediationDraft): MediationFaults {
  if (!draft.read_out) return { read_out: t('mediate.fault.read_out') }
  if (draft.outcome === '') return { outcome: t('mediate.fault.outcome') }
  if (draft.outcome === 'none') return routeFaults(draft)
  const spoken = draft.outcome === 'oral' && signedBy(draft) !== 'all' ? { says_yes: t('mediate.fault.says_yes') } : {}
  return Object.assign(spoken, ...draft.terms.map(termFaults)) as MediationFaults
}

function termFaults({ who, what, amount, by, done }: Term, at: number): MediationFaults {
  return {
    ...(who === '' ? { [`terms.${at}.who`]: t('mediate.fault.who') } : {}),
    ...(lengthOf(what.trim()) < 2 || lengthOf(what.trim()) > 200 ? { [`terms.${at}.what`]: t('mediate.fault.what') } : {}),
    ...(amount !== '' && fenOf(amount) === undefined ? { [`terms.${at}.amount`]: t('fault.amount') } : {}),
    ...(!done && by === '' ? { [`terms.${at}.by`]: t('mediate.fault.by') } : {}),
  }
}

/** What was agreed as numbered lines, as people would write it under an agreement. */
export function termsInWords(terms: readonly Term[]): string {
  return terms
    .map(({ who, to, what, amount, by, done }, at) => {
      const fen = amount === '' ? undefined : fenOf(amount)
      const parts = [
        to ? t('terms.to', { who, to }) : who,
        fen === undefined ? what.trim() : `${what.trim()} ${yuan(fen)}`,
        done ? t('terms.done') : t('terms.by', { day: isoInWords(by) }),
      ]
      return `${at + 1}. ${parts.join(lang.value === 'zh' ? '，' : ', ')}`
    })
    .join('\n')
}

/** The measures that solve the issue, from what was agreed; 300 code points at most. */
export function measuresOf(draft: MediationDraft): string {
  return cut(`${t('mediate.measures')}\n${termsInWords(draft.terms)}`, 300)
}

/** The fields of `record`; `signatures` are the hashes of the parties' signatures, in their order. */
export function mediationFields(
  draft: MediationDraft,
  { issue, held_ms, worker, signatures }: { issue: unknown; held_ms: number; worker: string; signatures: readonly (string | undefined)[] },
): Record<string, unknown> {
  const refused = isRefused(draft)
  const agreed = isAgreed(draft)
  const others = draft.others.split(/[\s,，、]+/u).filter(Boolean)
  return {
    issue,
    source: draft.source,
    held_ms,
    place: cut(draft.place.trim(), 100) || undefined,
    notice: NOTICE,
    signed: signedBy(draft),
    parties: draft.parties.map(({ name, phone, address, consent, thumb, says_yes }, at) => ({
      ...{ name: name.trim(), consent, phone: phone || undefined },
      ...{ address: cut(address.trim(), 100) || undefined, signature: draft.outcome === 'written' ? signatures[at] : undefined },
      ...{ thumb: (draft.outcome === 'written' && thumb) || undefined, says_yes: (draft.outcome === 'oral' && says_yes) || undefined },
    })),
    mediators: [worker, ...others].map((name) => cut(name, 20)).slice(0, 6),
    dispute: draft.dispute.trim(),
    course: cut(draft.course.trim(), 1000) || undefined,
    outcome: refused ? 'refused' : draft.outcome,
    terms: agreed ? draft.terms.map(termFields) : undefined,
    touches: agreed && draft.touches?.length ? draft.touches : undefined,
    routes_told: agreed ? undefined : draft.routes,
  }
}

function termFields({ who, to, what, amount, by, done }: Term): Record<string, unknown> {
  return {
    ...{ who, what: what.trim(), done, to: to || undefined },
    ...{ amount_fen: amount === '' ? undefined : fenOf(amount), by: done || by === '' ? undefined : by },
  }
}
