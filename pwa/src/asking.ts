// The questions of an act as the law asks them, for forms that are made from its table; and what is written into them as the op's fields. Pure.
import { LAW, type FieldLaw } from './sync/law'
import { codePoints, has, type Json } from './sync/op'

/** How a field is asked: `unit` by the county's list of units, `moment` as day and time. */
export type AskedAs = 'text' | 'phone' | 'number' | 'date' | 'moment' | 'code' | 'codes' | 'bool' | 'unit'

export interface Question {
  readonly name: string
  readonly as: AskedAs
  readonly need: boolean
  readonly min: number
  readonly max: number
  /** The answers to choose from, where there are such. */
  readonly codes: readonly string[]
}

/** What is written so far: a text for each question, a list where several may be chosen. */
export type Written = Record<string, string | string[]>

const UNITS: readonly string[] = ['return_better', 'to_unit']
/** Told by other questions, or brought by other ways. */
const NOT_ASKED: readonly string[] = ['to_unit_name', 'photos']

/** The questions of an act, those that must be answered first. */
export function questionsOf(kind: 'order' | 'issue', act: string): readonly Question[] {
  const law = LAW[kind]
  const op = has(law.ops, act) ? law.ops[act] : undefined
  const asked = (names: readonly string[], need: boolean): Question[] =>
    names.filter((name) => !NOT_ASKED.includes(name)).flatMap((name) => {
      const field = law.fields[name]
      return field === undefined ? [] : [question(name, field, need)]
    })
  return [...asked(op?.need ?? [], true), ...asked(op?.may ?? [], false)]
}

function question(name: string, field: FieldLaw, need: boolean): Question {
  const codes = field.type === 'list' ? (field.of?.codes ?? []) : field.codes
  return { name, as: askedAs(name, field), need, min: field.min ?? 0, max: field.max ?? 0, codes }
}

function askedAs(name: string, { type }: FieldLaw): AskedAs {
  if (UNITS.includes(name)) return 'unit'
  if (type === 'int') return name.endsWith('_ms') ? 'moment' : 'number'
  if (type === 'list') return 'codes'
  return type === 'phone' || type === 'date' || type === 'code' || type === 'bool' ? type : 'text'
}

/** What is wrong with an answer: `empty`, `short`, `long`, `phone`, `number`; "" when nothing is. */
export function faultIn({ as, need, min, max }: Question, value: string | string[] | undefined): '' | 'empty' | 'short' | 'long' | 'phone' | 'number' {
  const given = Array.isArray(value) ? value : (value ?? '').trim()
  if (given.length === 0) return need ? 'empty' : ''
  if (Array.isArray(given)) return ''
  if (as === 'text') return faultInText(given, min, max)
  if (as === 'phone') return /^[0-9-]+$/.test(given) && given.replace(/-/g, '').length >= 5 ? '' : 'phone'
  if (as === 'number') return /^[0-9]{1,6}$/.test(given) && Number(given) >= min && Number(given) <= max ? '' : 'number'
  return ''
}

function faultInText(given: string, min: number, max: number): '' | 'short' | 'long' {
  if (codePoints(given) < min) return 'short'
  return codePoints(given) > max ? 'long' : ''
}

/** The op's fields. An answer that was left open is no field. */
export function fieldsFrom(questions: readonly Question[], written: Written): Record<string, Json> {
  return Object.fromEntries(questions.flatMap(({ name, as }): [string, Json][] => {
    const value = written[name]
    const given = Array.isArray(value) ? value : (value ?? '').trim()
    return given.length === 0 ? [] : [[name, valueFrom(as, given)]]
  }))
}

function valueFrom(as: AskedAs, given: string | string[]): Json {
  if (Array.isArray(given)) return given
  if (as === 'number') return Number(given)
  if (as === 'moment') return new Date(given).getTime()
  return as === 'bool' ? given === 'yes' : given
}
