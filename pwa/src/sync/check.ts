// Whether values are of the shape the law gives them: one field, one act. Knows no subject's history.
import { fieldLaw, type FieldLaw, type OpLaw } from './law'
import { codePoints, has, isList, isMap, type Json, type JsonMap } from './op'

const MAX_FACTS = 60

/** Why `value` may not stand in a field of this law, as a word; "" when it may. */
export function bad(law: FieldLaw, value: Json): string {
  const check = BY_TYPE[law.type]
  if (check === undefined) throw new Error(`the law has a field of type ${law.type}, which nothing reads`)
  return check(law, value)
}

function text(law: FieldLaw, value: Json): string {
  if (typeof value !== 'string') return 'not_text'
  const length = codePoints(value)
  if (law.min !== null && length < law.min) return 'too_short'
  return law.max !== null && length > law.max ? 'too_long' : ''
}

function int(law: FieldLaw, value: Json): string {
  if (!isWhole(value)) return 'not_whole_number'
  if (law.min !== null && value < law.min) return 'too_small'
  return law.max !== null && value > law.max ? 'too_large' : ''
}

function isWhole(value: Json): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value)
}

function bool(_law: FieldLaw, value: Json): string {
  return typeof value === 'boolean' ? '' : 'not_yes_or_no'
}

function code(law: FieldLaw, value: Json): string {
  return typeof value === 'string' && law.codes.includes(value) ? '' : 'not_in_list'
}

function phone(_law: FieldLaw, value: Json): string {
  if (typeof value !== 'string') return 'not_text'
  const digits = value.replace(/[^0-9]/g, '').length
  const plain = /^[0-9-]*$/.test(value)
  return value === '' || (plain && digits >= 5 && digits <= 14) ? '' : 'not_a_phone'
}

function hash(_law: FieldLaw, value: Json): string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? '' : 'not_a_hash'
}

/** Whether a text is a subject id: `kind/device.seq`, lower case letters, digits and underscores. */
export function isRef(value: string): boolean {
  return value.length <= 80 && /^[a-z0-9_]+\/[a-z0-9]+\.[1-9][0-9]{0,14}$/.test(value)
}

function ref(law: FieldLaw, value: Json): string {
  if (typeof value !== 'string' || !isRef(value)) return 'not_a_subject'
  return law.kind === '' || value.startsWith(`${law.kind}/`) ? '' : 'wrong_kind'
}

function date(_law: FieldLaw, value: Json): string {
  if (typeof value !== 'string' || !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value)) return 'not_a_date'
  const year = Number(value.slice(0, 4))
  const month = Number(value.slice(5, 7))
  const day = Number(value.slice(8))
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  return day >= 1 && day <= (days[month - 1] ?? 0) ? '' : 'not_a_date'
}

function list(law: FieldLaw, value: Json): string {
  if (!isList(value)) return 'not_a_list'
  if (law.min !== null && value.length < law.min) return 'too_few'
  if (law.max !== null && value.length > law.max) return 'too_many'
  const item = law.of
  return item === null ? '' : firstWord(value, (one) => bad(item, one))
}

function firstWord<T>(all: readonly T[], why: (one: T) => string): string {
  for (const one of all) {
    const word = why(one)
    if (word !== '') return word
  }
  return ''
}

function map(law: FieldLaw, value: Json): string {
  if (!isMap(value)) return 'not_a_map'
  if (Object.keys(value).some((name) => !has(law.fields, name))) return 'unknown_part'
  return firstWord(Object.entries(law.fields), ([name, part]) => {
    if (has(value, name)) return bad(part, value[name] ?? null)
    return part.need ? 'part_missing' : ''
  })
}

const DUE = fieldLaw({
  type: 'map',
  fields: {
    due_ms: { type: 'int', need: true },
    start_ms: { type: 'int', need: true },
    proof_zh: { type: 'text', min: 1, max: 1000, need: true },
    proof_en: { type: 'text', min: 1, max: 2000, need: true },
    book: { type: 'text', min: 1, max: 40, need: true },
    provisional: { type: 'bool', need: true },
  },
})

function due(_law: FieldLaw, value: Json): string {
  return map(DUE, value)
}

function plain(value: Json): boolean {
  if (isList(value)) return value.length <= 20 && value.every((one) => typeof one === 'string' && codePoints(one) <= 80)
  if (typeof value === 'string') return codePoints(value) <= 80
  return typeof value === 'boolean' || isWhole(value)
}

function facts(_law: FieldLaw, value: Json): string {
  if (!isMap(value)) return 'not_a_map'
  const all = Object.values(value)
  return all.length > MAX_FACTS || !all.every(plain) ? 'bad_fact' : ''
}

/** Only the clerk brings one; whether it is whole, the fold finds out. */
function shape(_law: FieldLaw, value: Json): string {
  return isMap(value) ? '' : 'not_a_map'
}

const BY_TYPE: Readonly<Record<string, (law: FieldLaw, value: Json) => string>> = {
  text,
  int,
  bool,
  code,
  phone,
  hash,
  ref,
  date,
  list,
  map,
  due,
  facts,
  shape,
}

function textOf(fields: JsonMap, name: string): string {
  const value = has(fields, name) ? fields[name] : ''
  return typeof value === 'string' ? value : ''
}

function rowsOf(fields: JsonMap, name: string): readonly JsonMap[] {
  const value = has(fields, name) ? fields[name] : []
  return isList(value) ? value.filter(isMap) : []
}

/** An anonymous matter bears no reporter; found by the worker himself, it needs none either. */
function reporterOrAnonymous({ anonymous, reporter }: JsonMap): boolean {
  return !(anonymous === true && reporter !== undefined)
}

function oneClock(fields: JsonMap): boolean {
  return Object.keys(fields).length === 1
}

function overruleSaysWhy(fields: JsonMap): boolean {
  return textOf(fields, 'overrules') === '' || codePoints(textOf(fields, 'overrule_why')) >= 2
}

/** `explained` and `not_supported` name their basis (domain 3.9). */
function noSaysBasis(fields: JsonMap): boolean {
  return ['supported', 'other_route'].includes(textOf(fields, 'conclusion')) || textOf(fields, 'basis') !== ''
}

function endsAfterStart({ started_ms: start, ended_ms: end }: JsonMap): boolean {
  return typeof start === 'number' && typeof end === 'number' && end >= start
}

function nobodyHomeSaysWhen({ met, next_visit_on: next }: JsonMap): boolean {
  return met !== 'nobody' || next !== undefined
}

/** Every finding but `none` names its issue or what was done on the spot (domain 3.3). */
function findingHasIssue(fields: JsonMap): boolean {
  return rowsOf(fields, 'findings').every((one) => {
    const { kind, issue } = one
    return kind === 'none' || issue !== undefined || codePoints(textOf(one, 'solved_on_spot')) >= 5
  })
}

function damageSaysWhat(fields: JsonMap): boolean {
  const { box_ok } = fields
  return box_ok === true || textOf(fields, 'abnormal') !== ''
}

/** One clear refusal means no mediation, and only a refusal does (People's Mediation Law, Art. 17). */
function refusalEndsMediation(fields: JsonMap): boolean {
  const { outcome } = fields
  const refused = rowsOf(fields, 'parties').some(({ consent }) => consent === 'refuses')
  return refused === (outcome === 'refused')
}

function agreed({ outcome }: JsonMap): boolean {
  return outcome === 'written' || outcome === 'oral'
}

function agreementHasTerms(fields: JsonMap): boolean {
  const terms = rowsOf(fields, 'terms')
  const clear = terms.every(({ done, by }) => done === true || by !== undefined)
  return agreed(fields) ? terms.length > 0 && clear : terms.length === 0
}

/** A mediation without agreement tells the parties where else they may go (Art. 26). */
function failureTellsRoutes(fields: JsonMap): boolean {
  const { routes_told: routes } = fields
  return agreed(fields) || (isList(routes) && routes.length > 0)
}

/** An agreement counts as signed by all only if it is: each by hand or thumb when written, by word when oral (Art. 29, 30). */
function signedAsSaid(fields: JsonMap): boolean {
  const { outcome, signed } = fields
  if (!agreed(fields)) return signed === 'none'
  const written = outcome === 'written'
  const hands = rowsOf(fields, 'parties').map((row) => {
    const { signature, thumb, says_yes } = row
    return written ? signature !== undefined || thumb === true : says_yes === true
  })
  const some = hands.some(Boolean) ? 'some' : 'none'
  return signed === (hands.every(Boolean) ? 'all' : some)
}

/** A name counts as signed with a drawn signature or a thumb on the paper. */
function eachSigns(fields: JsonMap): boolean {
  const rows = [...rowsOf(fields, 'signatures'), ...rowsOf(fields, 'accepted_by')]
  return rows.every(({ hash: drawn, thumb }) => drawn !== undefined || thumb === true)
}

/** What belongs to the villagers' meeting by law goes there or to the representatives (Organic Law, Art. 24). */
function villageMatterToVillagers({ village_matter, form }: JsonMap): boolean {
  return village_matter !== true || form === 'villagers' || form === 'representatives'
}

function presentAreExpected(fields: JsonMap): boolean {
  const { expected, present } = fields
  const there = rowsOf(fields, 'attendance').filter(({ came }) => came === true).length
  return typeof expected === 'number' && typeof present === 'number' && there <= present && present <= expected
}

function consensusHasTerms(fields: JsonMap): boolean {
  const { outcome } = fields
  return (rowsOf(fields, 'terms').length === 0) === (outcome === 'none')
}

/** Two tellers count for themselves; where they differ, it is counted again. */
function twoCountsAgree({ vote }: JsonMap): boolean {
  if (vote === undefined || !isMap(vote)) return true
  const { yes, no, abstain, first_count: first, second_count: second } = vote
  if (typeof yes !== 'number' || typeof no !== 'number' || typeof abstain !== 'number') return false
  return yes + no + abstain === first && first === second
}

/** One unit leads, the others help, and none is named twice. */
function unitsDiffer(fields: JsonMap): boolean {
  const { lead } = fields
  const named = [...(isMap(lead ?? null) ? [lead as JsonMap] : []), ...rowsOf(fields, 'co_units')]
  const units = named.map((one) => textOf(one, 'unit'))
  return new Set(units).size === units.length
}

function refusalSaysWhy({ arrived, refuse_why: why }: JsonMap): boolean {
  return arrived !== 'refused' || why !== undefined
}

export const CHECKS: Readonly<Record<string, (fields: JsonMap) => boolean>> = {
  reporter_or_anonymous: reporterOrAnonymous,
  one_clock: oneClock,
  overrule_says_why: overruleSaysWhy,
  no_says_basis: noSaysBasis,
  ends_after_start: endsAfterStart,
  nobody_home_says_when: nobodyHomeSaysWhen,
  finding_has_issue: findingHasIssue,
  damage_says_what: damageSaysWhat,
  refusal_ends_mediation: refusalEndsMediation,
  agreement_has_terms: agreementHasTerms,
  failure_tells_routes: failureTellsRoutes,
  signed_as_said: signedAsSaid,
  each_signs: eachSigns,
  village_matter_to_villagers: villageMatterToVillagers,
  present_are_expected: presentAreExpected,
  consensus_has_terms: consensusHasTerms,
  two_counts_agree: twoCountsAgree,
  units_differ: unitsDiffer,
  refusal_says_why: refusalSaysWhy,
}

/** The first named check that an act's fields break; "" when all hold. */
export function brokenCheck(law: OpLaw, fields: JsonMap): string {
  return law.check.find((name) => CHECKS[name]?.(fields) !== true) ?? ''
}
