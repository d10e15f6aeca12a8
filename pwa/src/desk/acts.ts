// What each act of the desk asks for, what keeps it from counting, and the op's fields. The law says the same; here it is said in time.
import { promiseFaults } from '../consult/promise'
import { overrulingFault, type Overruling } from '../issue/decide'
import { cut, lengthOf } from '../issue/values'
import type { Json, Photo } from '../subjects_desk'
import { d } from '../words/desk'
import { t } from '../words/words'

export const ACTS = ['triage', 'accept', 'give_back', 'consult', 'refer', 'answer', 'dispatch', 'link', 'unjoin', 'move', 'dual', 'read', 'reveal', 'unseal'] as const
export type ActName = (typeof ACTS)[number]

/** The letter that opens an act. */
export const LETTERS: Readonly<Record<ActName, string>> = {
  triage: 't',
  accept: 'a',
  give_back: 'r',
  consult: 'c',
  refer: 'f',
  answer: 'w',
  dispatch: 'd',
  link: 'l',
  unjoin: 'u',
  move: 'm',
  dual: 'b',
  read: 'o',
  reveal: 'v',
  unseal: 'x',
}

export type Faults<T> = Readonly<Partial<Record<keyof T, string>>>

/** One act's form. What is in a draft is plain JSON. */
export interface ActForm<T> {
  readonly name: ActName
  readonly start: () => T
  readonly check: (draft: T) => Faults<T>
  readonly fields: (draft: T) => Readonly<Record<string, unknown>>
}

/** Why a text may not stand as it is; "" when it may. Lengths are code points, as in the law. */
export function textFault(text: string, min: number, max: number): string {
  const length = lengthOf(text.trim())
  if (length > max) return t('fault.too_long', { n: length - max })
  if (length === 0 && min > 0) return d('fault.empty')
  return length < min ? d('fault.short', { min }) : ''
}

function phoneFault(phone: string): string {
  const digits = phone.replace(/[^0-9]/g, '').length
  if (phone.trim() === '') return d('fault.phone_needed')
  return /^[0-9-]+$/.test(phone.trim()) && digits >= 5 && digits <= 14 ? '' : t('fault.phone')
}

/** Those that are wrong. */
function wrong<T>(faults: Readonly<Partial<Record<keyof T, string>>>): Faults<T> {
  return Object.fromEntries(Object.entries(faults).filter(([, fault]) => fault)) as Faults<T>
}

export const TOLD_HOW = ['phone', 'visit', 'sms', 'wechat', 'page'] as const
export type ToldHow = (typeof TOLD_HOW)[number]

export interface Accepting {
  unit: string
  name: string
  phone: string
  backup: string
  told: ToldHow | ''
}

export const accept: ActForm<Accepting> = {
  name: 'accept',
  start: () => ({ unit: '', name: '', phone: '', backup: '', told: '' }),
  check: ({ unit, name, phone, backup }) =>
    wrong<Accepting>({
      unit: unit === '' ? d('fault.choose') : '',
      name: textFault(name, 2, 20),
      phone: phoneFault(phone),
      backup: textFault(backup, 0, 20),
    }),
  fields: ({ unit, name, phone, backup, told }) => ({
    handler_unit: cut(unit, 50),
    handler_name: name.trim(),
    handler_phone: phone.trim(),
    ...(backup.trim() === '' ? {} : { backup_name: backup.trim() }),
    ...(told === '' ? {} : { told_how: told }),
  }),
}

export interface GivingBack {
  why: string
  better: string
}

export const giveBack: ActForm<GivingBack> = {
  name: 'give_back',
  start: () => ({ why: '', better: '' }),
  check: ({ why, better }) => wrong<GivingBack>({ why: textFault(why, 4, 300), better: textFault(better, 2, 50) }),
  fields: ({ why, better }) => ({ return_why: why.trim(), return_better: better.trim() }),
}

export const DUAL_WHY = ['repeat', 'collective', 'other'] as const
export type DualWhy = (typeof DUAL_WHY)[number]

/** Who reads and who acts under double assignment, as the county's book has it. */
export interface DualPair {
  readonly reader: string
  readonly unit: string
}

export interface Doubling {
  why: DualWhy | ''
  reader: string
  unit: string
}

export function dualWith({ reader, unit }: DualPair): ActForm<Doubling> {
  return {
    name: 'dual',
    start: () => ({ why: '', reader, unit }),
    check: (draft) =>
      wrong<Doubling>({
        why: draft.why === '' ? d('fault.choose') : '',
        reader: textFault(draft.reader, 2, 50),
        unit: textFault(draft.unit, 2, 50),
      }),
    fields: (draft) => ({ dual_why: draft.why, dual_reader: draft.reader.trim(), dual_unit: draft.unit.trim() }),
  }
}

export interface Reading {
  opinion: string
}

export const read: ActForm<Reading> = {
  name: 'read',
  start: () => ({ opinion: '' }),
  check: ({ opinion }) => wrong<Reading>({ opinion: textFault(opinion, 4, 500) }),
  fields: ({ opinion }) => ({ opinion: opinion.trim() }),
}

export interface Unjoining {
  why: string
}

export const unjoin: ActForm<Unjoining> = {
  name: 'unjoin',
  start: () => ({ why: '' }),
  check: ({ why }) => wrong<Unjoining>({ why: textFault(why, 2, 200) }),
  fields: ({ why }) => ({ unjoin_why: why.trim() }),
}

export interface Moving {
  grid: string
  why: string
}

/** `nameOf` gives a grid's name; both logs keep it. */
export function moveWith(nameOf: (grid: string) => string): ActForm<Moving> {
  return {
    name: 'move',
    start: () => ({ grid: '', why: '' }),
    check: ({ grid, why }) => wrong<Moving>({ grid: grid === '' ? d('fault.choose') : '', why: textFault(why, 4, 300) }),
    fields: ({ grid, why }) => ({ to_grid: { grid, name: cut(nameOf(grid), 60) }, move_why: why.trim() }),
  }
}

export interface Consulting {
  topic: string
  why: string
}

/** The topic begins with the matter's title. */
export function consultOn(title: string): ActForm<Consulting> {
  return {
    name: 'consult',
    start: () => ({ topic: cut(title, 50), why: '' }),
    check: ({ topic, why }) => wrong<Consulting>({ topic: textFault(topic, 4, 50), why: textFault(why, 2, 200) }),
    fields: ({ topic, why }) => ({ topic: topic.trim(), consult_why: why.trim() }),
  }
}

export interface Referring {
  route: string
  words: string
}

export const refer: ActForm<Referring> = {
  name: 'refer',
  start: () => ({ route: '', words: '' }),
  check: ({ route, words }) => wrong<Referring>({ route: textFault(route, 2, 50), words: textFault(words, 4, 500) }),
  fields: ({ route, words }) => ({ route: route.trim(), route_words: words.trim() }),
}

export interface Reasoning {
  why: string
}

const begun = (): Reasoning => ({ why: '' })
const reasoned = ({ why }: Reasoning): Faults<Reasoning> => wrong<Reasoning>({ why: textFault(why, 4, 300) })

/** Looking at who asked not to be named; the reason stands in the history. */
export const reveal: ActForm<Reasoning> = { name: 'reveal', start: begun, check: reasoned, fields: ({ why }) => ({ reveal_why: why.trim() }) }
/** Opening what was sealed; the reason stands in the history. */
export const unseal: ActForm<Reasoning> = { name: 'unseal', start: begun, check: reasoned, fields: ({ why }) => ({ unseal_why: why.trim() }) }

export const CONCLUSIONS = ['supported', 'explained', 'not_supported', 'other_route'] as const
export type Conclusion = (typeof CONCLUSIONS)[number]

export interface Answering {
  conclusion: Conclusion | ''
  answer: string
  basis: string
  photos: Photo[]
  /** A promise that is marked in it. */
  promise?: Json
}

/** Whoever explains or does not support names the basis. */
export function needsBasis(conclusion: string): boolean {
  return conclusion === 'explained' || conclusion === 'not_supported'
}

export const answer: ActForm<Answering> = {
  name: 'answer',
  start: () => ({ conclusion: '', answer: '', basis: '', photos: [] }),
  check: ({ conclusion, answer: words, basis, promise }) =>
    wrong<Answering>({
      promise: Object.values(promiseFaults(promise))[0] ?? '',
      conclusion: conclusion === '' ? d('fault.choose') : '',
      answer: textFault(words, 10, 1000),
      basis: textFault(basis, needsBasis(conclusion) ? 1 : 0, 300),
    }),
  fields: ({ conclusion, answer: words, basis }) => ({
    conclusion,
    answer: words.trim(),
    ...(basis.trim() === '' ? {} : { basis: basis.trim() }),
  }),
}

export interface Dispatching {
  lead: string
  first: string
  second: string
  opinion: string
}

/** `nameOf` gives a unit's name; the order keeps it, whatever the book calls the unit later. */
export function dispatchWith(nameOf: (unit: string) => string): ActForm<Dispatching> {
  const unit = (id: string): { unit: string; name: string } => ({ unit: id, name: cut(nameOf(id), 50) })
  const twice = ({ lead, first, second }: Dispatching, one: string): string =>
    one !== '' && [lead, first, second].filter((id) => id === one).length > 1 ? d('order.fault.twice') : ''
  return {
    name: 'dispatch',
    start: () => ({ lead: '', first: '', second: '', opinion: '' }),
    check: (draft) =>
      wrong<Dispatching>({
        lead: draft.lead === '' ? d('fault.choose') : '',
        first: twice(draft, draft.first),
        second: twice(draft, draft.second),
        opinion: textFault(draft.opinion, 2, 500),
      }),
    fields: ({ lead, first, second, opinion }) => {
      const helping = [first, second].filter((id) => id !== '').map(unit)
      return { lead: unit(lead), order_opinion: opinion.trim(), ...(helping.length === 0 ? {} : { co_units: helping }) }
    },
  }
}

export interface Sorting {
  /** Null while the proposal is followed. */
  overruling: Overruling | null
}

/** `fields` are those of the decision; they need the proposal, so the form's own component makes them. */
export function triageWith(fields: (draft: Sorting) => Readonly<Record<string, unknown>>): ActForm<Sorting> {
  return {
    name: 'triage',
    start: () => ({ overruling: null }),
    check: ({ overruling }) => {
      const fault = overruling === null ? {} : overrulingFault(overruling)
      return wrong<Sorting>({ overruling: fault.track ?? fault.why ?? '' })
    },
    fields,
  }
}
