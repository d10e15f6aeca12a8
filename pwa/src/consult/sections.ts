// What is shown of a consultation, mediation, promise, task or letter, part by part in the order in which it comes about.
import { asText, isList, isMap, type Fields } from '../issue/values'
import { valueOf, type Seen } from '../seen'
import { termStates } from '../sync/guards'
import type { TalkKind } from '../talks'
import { c, codeWord, fieldWord, readWord } from '../words/consult'
import { inWords } from './said'

export interface Table {
  readonly heads: readonly string[]
  readonly rows: readonly (readonly string[])[]
}
export interface Part {
  readonly name: string
  readonly word: string
  readonly said: string
  readonly table: Table | undefined
}
export interface Section {
  readonly id: SectionId
  readonly parts: readonly Part[]
}

const OF = {
  consultation: {
    topic: ['source', 'proposer', 'scope', 'households', 'situation', 'idea', 'sides'],
    review: ['form', 'village_matter', 'review_words', 'back_why', 'refuse_kind', 'refuse_why'],
    notice: ['meets_ms', 'place', 'short_why', 'postpone_why', 'invited'],
    meeting: ['met_ms', 'expected', 'present', 'chair', 'recorder', 'attendance', 'opinions'],
    conclusion: ['outcome', 'vote', 'dissent', 'minutes', 'terms', 'signatures'],
    filing: ['legal', 'legal_words', 'shown_from', 'shown_at', 'shown_until', 'objections', 'objection_result', 'objection_why', 'file_no', 'filed_on', 'file_words'],
    doing: ['responsible', 'plan', 'budget', 'progress', 'done_on', 'result_words', 'cost_fen', 'accepted_by'],
    telling: ['told_on', 'told_how', 'told_households', 'content_households', 'explanation', 'explain_basis', 'escalate_words', 'mediation_why'],
  },
  mediation: {
    dispute: ['dispute', 'source', 'place', 'mediator', 'prolong_to', 'prolong_why'],
    parties: ['parties'],
    session: ['held_ms', 'mediators', 'course', 'witnesses', 'outcome', 'end_why', 'routes_told'],
    agreement: ['agreement_no', 'terms', 'touches'],
    performing: ['performance', 'followed_on', 'follow_up', 'follow_words'],
    court: ['court', 'applied_on', 'court_result', 'court_no'],
  },
  promise: {
    promise: ['who', 'by', 'said_in', 'extend_why'],
    kept: ['kept_on', 'kept_words', 'broken_why', 'instead', 'told'],
  },
  task: {
    task: ['what', 'why', 'by'],
    came: ['found', 'found_words', 'drop_why'],
  },
  letter: {
    letter: ['received_ms', 'form', 'pages', 'writer', 'summary', 'verbatim', 'confidential'],
    ending: ['aside_why', 'join_why', 'unjoin_why'],
  },
} as const satisfies Record<TalkKind, Record<string, readonly string[]>>

type IdsOf<K> = K extends TalkKind ? keyof (typeof OF)[K] : never
export type SectionId = IdsOf<TalkKind>

/** All fields that are shown of a kind. */
export function shownOf(kind: TalkKind): readonly string[] {
  const known: Readonly<Record<string, readonly string[]>> = OF[kind]
  return Object.values(known).flat()
}

/** Whether subjects of this kind are shown so. */
export function isTalk(kind: string): kind is TalkKind {
  return kind in OF
}

/** The parts that have something to show. */
export function sectionsOf(kind: TalkKind, seen: Seen): readonly Section[] {
  const known: Readonly<Record<string, readonly string[]>> = OF[kind]
  return Object.entries(known).flatMap(([id, names]) => {
    const parts = names.flatMap((name) => partOf(seen, name))
    return parts.length === 0 ? [] : [{ id: id as SectionId, parts }]
  })
}

function partOf(seen: Seen, name: string): readonly Part[] {
  const value = valueOf(seen, name)
  const rows = isList(value) ? value.filter(isMap) : []
  const word = name === 'told' ? c('f.told.bool') : name === 'form' && seen.kind === 'consultation' ? fieldWord(name) : readWord(name)
  if (rows.length > 0) return [{ name, word, said: '', table: tableOf(seen, name, rows) }]
  const said = inWords(name, value)
  return said === '' ? [] : [{ name, word, said, table: undefined }]
}

/** A list of rows as a table; sides, parties and terms are called by name instead of by number, and signatures are told in words. */
function tableOf(seen: Seen, name: string, rows: readonly Fields[]): Table {
  const known = Object.keys(seen.law.fields[name]?.of?.fields ?? {}).filter((part) => rows.some((row) => row[part] !== undefined))
  const plain = known.filter((part) => !SIGNS.includes(part))
  const signs = known.length > plain.length
  const states = name === 'terms' && seen.shape.kind === 'mediation' ? termStates(seen.shape) : undefined
  // What is still to be done has its day; that it was not done at once says nothing.
  const cell = (row: Fields, part: string): string => nameBehind(seen, part, row[part]) ?? (part === 'done' && row.done === false ? '' : inWords(part, row[part] ?? ''))
  return {
    heads: [...plain.map(readWord), ...(signs ? [fieldWord('signatures')] : []), ...(states ? [fieldWord('state')] : [])],
    rows: rows.map((row, at) => [
      ...plain.map((part) => cell(row, part)),
      ...(signs ? [signedWords(row)] : []),
      ...(states ? [states[at] ? codeWord('state', states[at]) : ''] : []),
    ]),
  }
}

/** A row of a table on one line, where there is no room for columns: what is only a number, or only yes or no, says of what. */
export function onOneLine({ heads, rows }: Table): readonly string[] {
  const bare = new RegExp(`^(?:\\d{1,5}|${c('c.yes')}|${c('c.no')})$`)
  return rows.map((row) => row.map((cell, at) => (bare.test(cell) ? `${heads[at] ?? ''} ${cell}` : cell)).filter(Boolean).join(' · '))
}

const SIGNS: readonly string[] = ['hash', 'signature', 'thumb', 'says_yes']

/** How somebody has bound himself. */
export function signedWords(row: Fields): string {
  if (row.hash !== undefined || row.signature !== undefined) return `✓ ${fieldWord('signature')}`
  if (row.thumb === true) return `✓ ${fieldWord('thumb')}`
  return row.says_yes === true ? `✓ ${fieldWord('says_yes')}` : '—'
}

function nameBehind(seen: Seen, part: string, value: unknown): string | undefined {
  const list = part === 'side' ? 'sides' : part === 'party' ? 'parties' : part === 'term' ? 'terms' : ''
  if (list === '' || typeof value !== 'number') return undefined
  const known = valueOf(seen, list)
  const one = isList(known) ? known[value - 1] : undefined
  if (typeof one === 'string') return one
  return isMap(one) ? asText(one.name) || asText(one.what) : String(value)
}
