/** What a record says of another one that may be the same: the questions that stand open, what it joined, what joined it. */

import type { Act, Shape } from '../fold'
import { has, type Json } from '../op'

/** Per kind the stages at which a record may be asked about and may lead others: it stands, and has joined none itself. */
export const LEADING_STAGES: Readonly<Record<string, readonly string[]>> = {
  issue: ['registered', 'in_grid', 'work_order', 'consulting', 'pending_confirm', 'reopened'],
  letter: ['taken_out', 'became_issue'],
  household: ['living'],
}

/** That two records may be the same, as the clerk put it by the book's rule; nobody has answered it for good. */
export interface Question {
  readonly other: string
  readonly rule: string
  readonly why_zh: string
  readonly why_en: string
  readonly at_ms: number
  /** The grid worker has said that they are; it waits for whoever may join them. */
  readonly is_same: boolean
}

function named(act: Act, field: string): string {
  const value = has(act.fields, field) ? act.fields[field] : undefined
  return typeof value === 'string' ? value : ''
}

function asked(act: Act): Question {
  const value: Json | undefined = has(act.fields, 'alike') ? act.fields.alike : undefined
  const said = typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, Json>>) : {}
  const text = (name: string): string => (typeof said[name] === 'string' ? said[name] : '')
  return { other: text('other'), rule: text('rule'), why_zh: text('why_zh'), why_en: text('why_en'), at_ms: act.at_ms, is_same: false }
}

function leads(shape: Shape): boolean {
  return has(LEADING_STAGES, shape.kind) && LEADING_STAGES[shape.kind]?.includes(shape.stage) === true
}

/** Whether this pair was asked about here before, whatever came of it: no pair is asked about twice. */
export function wasAsked(shape: Shape, other: string): boolean {
  return shape.acts.some((act) => act.name === 'alike' && asked(act).other === other)
}

/** The open ones, oldest first. A record that has joined another, or is over, is not asked about. */
export function questions(shape: Shape): readonly Question[] {
  if (!leads(shape)) return []
  const found = new Map<string, Question>()
  const differ = new Map<string, Question>()
  const within = new Map<string, Question>()
  const pass = (other: string, from: Map<string, Question>, to: Map<string, Question>): void => {
    const one = from.get(other)
    if (one !== undefined && from.delete(other)) to.set(other, one)
  }
  for (const act of shape.acts) {
    if (act.name === 'alike') found.set(asked(act).other, asked(act))
    else if (act.name === 'differ') pass(named(act, 'other'), found, differ)
    else if (act.name === 'ask_again') pass(named(act, 'other'), differ, found)
    else if (act.name === 'take_in') pass(named(act, 'joined'), found, within)
    else if (act.name === 'let_go') pass(named(act, 'left'), within, found)
    // It stands in another log now: what it was asked about there is not here.
    else if (act.name === 'arrive') for (const some of [found, differ, within]) some.clear()
    else if (act.name === 'same') {
      const one = found.get(named(act, 'other'))
      if (one !== undefined) found.set(one.other, { ...one, is_same: true })
    }
  }
  return [...found.values()]
}

/** The record that this one has joined; "" while it stands for itself. After its answer it still names the one whose answer it was. */
export function leaderOf(shape: Shape): string {
  const last = [...shape.acts].reverse().find((act) => ['join', 'unjoin', 'arrive'].includes(act.name))
  return last?.name === 'join' ? named(last, 'into') : ''
}

/** The records that joined this one and have not left it, in the order they came. */
export function joinedHere(shape: Shape): readonly string[] {
  const found = new Set<string>()
  for (const act of shape.acts) {
    if (act.name === 'take_in') found.add(named(act, 'joined'))
    else if (act.name === 'let_go') found.delete(named(act, 'left'))
    else if (act.name === 'arrive') found.clear()
  }
  return [...found]
}

/** Whether a record of this kind and grid may join this one. Letters and households are their grid's own. */
export function mayLead(shape: Shape | undefined, kind: string, grid: string): boolean {
  return shape?.kind === kind && (shape.grid === grid || kind === 'issue') && leads(shape)
}
