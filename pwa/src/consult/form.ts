// A form made from the law: what an act asks for, what a draft begins with, what keeps it from counting. Pages only give it words.
import { isList, isMap, type Fields } from '../issue/values'
import type { Json, SubjectLaw } from '../subjects'
import { bad, brokenCheck } from '../sync/check'
import type { FieldLaw } from '../sync/law'
import { c } from '../words/consult'

/** What is filled in so far, by field; absent until somebody writes. */
export type Draft = Record<string, Json>
export type Faults = Readonly<Record<string, string>>

/** Fields that a form does not ask for: set by the page, or shown elsewhere. */
const SILENT: readonly string[] = ['issue', 'about', 'ground', 'category', 'photos', 'met_ms', 'held_ms', 'notice', 'witnesses', 'signed', 'voices']

export interface Asked {
  readonly name: string
  readonly law: FieldLaw
  readonly need: boolean
}

/** The questions of an act, in the law's order: what must be said, then what may. */
export function asked(law: SubjectLaw, act: string): readonly Asked[] {
  const { need = [], may = [] } = law.ops[act] ?? {}
  const names = [...need.map((name) => ({ name, need: true })), ...may.map((name) => ({ name, need: false }))]
  return names.flatMap(({ name, need: must }) => {
    const field = law.fields[name]
    return field === undefined || SILENT.includes(name) ? [] : [{ name, law: field, need: must }]
  })
}

function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
}

/** The fields as the law wants them: blanks left out, lists without empty lines, signatures as `keep` names them. */
export function fieldsOf(draft: Draft, keep: (drawn: string) => string = (drawn) => drawn): Fields {
  const tidy = (value: Json): Json => {
    if (typeof value === 'string') return value.startsWith('data:') ? keep(value) : value.trim()
    if (Array.isArray(value)) return (value as readonly Json[]).map(tidy).filter((one) => !isEmpty(one))
    if (!isMap(value)) return value
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, tidy(one)] as const).filter(([, one]) => !isEmpty(one) && one !== false))
  }
  const told = Object.entries(draft).map(([name, value]) => [name, tidy(value)] as const)
  return Object.fromEntries(told.filter(([, value]) => !isEmpty(value)))
}

/** What follows from what was filled in: who has bound himself to an agreement, by hand or thumb when written, by word when oral. */
export function derived(act: string, fields: Fields): Fields {
  if (act !== 'record') return {}
  const { outcome, parties } = fields
  const written = outcome === 'written'
  const rows = isList(parties) ? parties.filter(isMap) : []
  const hands = rows.map((row) => {
    const { signature, thumb, says_yes } = row
    return written ? signature !== undefined || thumb === true : outcome === 'oral' && says_yes === true
  })
  const some = hands.some(Boolean) ? 'some' : 'none'
  return { signed: hands.length > 0 && hands.every(Boolean) ? 'all' : some }
}

/** The drawings in a draft, each once, before they are kept as pictures. */
export function drawnIn(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return value.startsWith('data:') ? [value] : []
  if (Array.isArray(value)) return [...new Set((value as readonly Json[]).flatMap(drawnIn))]
  return isMap(value) ? [...new Set(Object.values(value).flatMap(drawnIn))] : []
}

const SAID: readonly string[] = ['too_short', 'too_long', 'too_few']
const PICTURE = '0'.repeat(64)

/** What is wrong, by field; `""` for what does not fit together. */
export function faultsOf(law: SubjectLaw, act: string, draft: Draft): Faults {
  const told = fieldsOf(draft, () => PICTURE)
  const fields = { ...told, ...derived(act, told) }
  const faults: Record<string, string> = {}
  for (const { name, law: field, need } of asked(law, act)) {
    const value = fields[name]
    if (value === undefined) {
      if (need) faults[name] = c('missing')
      continue
    }
    const why = bad(field, value)
    if (why !== '') faults[name] = SAID.includes(why) ? c(`bad.${why}`) : c('bad.other')
  }
  const op = law.ops[act]
  if (Object.keys(faults).length === 0 && op !== undefined && brokenCheck(op, fields) !== '') faults[''] = c('check')
  return faults
}
