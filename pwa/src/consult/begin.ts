// What a form begins with, from what is known already, so that nothing is typed twice.
import { asText, cut, mapsOf, textOf, textsOf } from '../issue/values'
import { NOTICE } from '../mediate/draft'
import type { Json, Seen } from '../subjects'
import { isoDay } from '../words/days'
import type { Draft } from './form'

/** The act by which each of them begins. */
export const STARTS = { consultation: 'propose', mediation: 'begin', promise: 'make' } as const

/** What the form begins with when one is begun from a matter; a promise also from who made it in the answer. */
export function startFrom(kind: keyof typeof STARTS, issue: Seen, name: string, promiser = ''): Draft {
  if (kind === 'consultation') return { topic: textOf(issue, 'topic') || textOf(issue, 'title'), situation: textOf(issue, 'words'), source: 'grid' }
  return kind === 'mediation' ? { dispute: textOf(issue, 'words'), place: textOf(issue, 'place'), mediator: name } : promiser === '' ? {} : { who: cut(promiser, 30), said_in: 'reply' }
}

/** What the form of an act on this record begins with. */
export function startOf(act: string, seen: Seen): Draft {
  if (act === 'approve') return { form: textOf(seen, 'form') }
  if (act === 'meet') return { attendance: mapsOf(seen, 'invited').map(({ name, as, side }) => tidy({ name, as, side, came: false })) }
  if (act === 'conclude') return { signatures: mapsOf(seen, 'attendance').filter(({ came }) => came === true).map(({ name }) => tidy({ name })) }
  if (act === 'record') return { ...same(seen, 'source', 'dispute', 'place'), parties: mapsOf(seen, 'parties').map((row) => ({ ...row })), mediators: [textOf(seen, 'mediator')] }
  if (act === 'perform') return { performance: [{ on: isoDay(Date.now()) }] }
  return act === 'sign' ? { signatures: [{}] } : {}
}

function same(seen: Seen, ...names: readonly string[]): Draft {
  return Object.fromEntries(names.map((name) => [name, textOf(seen, name)]))
}

function tidy(row: Readonly<Record<string, Json | undefined>>): Json {
  return Object.fromEntries(Object.entries(row).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

/** What is said beside what is asked. */
export function givenOf(act: string): Readonly<Record<string, unknown>> {
  if (act === 'meet') return { met_ms: Date.now() }
  return act === 'record' ? { held_ms: Date.now(), notice: NOTICE } : {}
}

/** What the numbers of this record's rows stand for. */
export function numberedOf(seen: Seen | undefined): Readonly<Record<string, readonly string[]>> {
  if (seen === undefined) return {}
  const what = mapsOf(seen, 'terms').map((term) => asText(term.what))
  return { side: textsOf(seen, 'sides'), party: mapsOf(seen, 'parties').map(({ name }) => asText(name)), term: what }
}
