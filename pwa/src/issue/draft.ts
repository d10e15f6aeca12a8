// What a worker has filled in so far when registering an issue, what is still missing, and the fields that become of it.
import type { Book, Facts, New, Photo, Session, Voice } from '../subjects'
import { t } from '../words/words'
import { factsFrom, questionsFor, type About, type Answers, type QuestionId } from './questions'
import { categoryOf } from './book'
import type { Spot } from './exif'
import { cut, lengthOf } from './values'

export const NATURES = ['help', 'complaint', 'report', 'suggestion', 'enquiry', 'praise'] as const
export type Nature = (typeof NATURES)[number]
export const DANGERS = ['life', 'violence', 'minor', 'crime'] as const
export type Danger = (typeof DANGERS)[number]
export const CALLS = ['110', '119', '120', '122', 'town', 'other'] as const
export type Call = (typeof CALLS)[number]
export type Channel = 'visit' | 'mailbox' | 'walk_in' | 'phone' | 'patrol'
/** A person by name, somebody who will not say, or nobody: the worker saw it. */
export const TELLERS = ['named', 'anonymous', 'self'] as const
export type Teller = (typeof TELLERS)[number]

export interface IssueDraft {
  words: string
  title: string
  /** Typed by hand, so that a suggestion must not overwrite it. */
  own_title: boolean
  channel: Channel
  nature: Nature
  category: string
  place: string
  teller: Teller | ''
  name: string
  phone: string
  address: string
  relation: string
  confidential: boolean
  households: number | null
  /** Empty until answered; `none` is an answer. */
  danger: readonly (Danger | 'none')[]
  told: readonly Call[]
  answers: Answers
  /** Yuan, as typed. */
  amount: string
  photos: readonly Photo[]
  /** Absent in drafts of an earlier version. */
  voices?: readonly Voice[]
  /** Of a photo, when the worker wanted it. */
  spot?: Spot | undefined
}

export function emptyDraft(): IssueDraft {
  return {
    ...{ words: '', title: '', own_title: false, channel: 'walk_in', nature: 'help', category: '', place: '' },
    ...{ teller: '', name: '', phone: '', address: '', relation: '', confidential: false, households: 1 },
    ...{ danger: [], told: [], answers: {}, amount: '', photos: [] },
  }
}

export function dangersOf(draft: IssueDraft): readonly Danger[] {
  return DANGERS.filter((kind) => draft.danger.includes(kind))
}

/** Fen from yuan as people type it: 3,000 or 1200.5; undefined when it is no amount. */
export function fenOf(yuan: string): number | undefined {
  const plain = yuan.replace(/[,，\s]/g, '')
  return /^\d{1,9}(\.\d{1,2})?$/.test(plain) ? Math.round(Number(plain) * 100) : undefined
}

/** A number a person may be reached at, as the law reads it; "" counts, nobody must leave one. */
export function isPhone(text: string): boolean {
  const digits = text.replace(/\D/g, '').length
  return text === '' || (/^[\d-]+$/.test(text) && digits >= 5 && digits <= 14)
}

function aboutOf(book: Book | undefined, draft: IssueDraft): About {
  return { category: categoryOf(book, draft.category), nature: draft.nature, households: draft.households ?? 1 }
}

/** What is known without asking further. */
function plainFacts(draft: IssueDraft): Facts {
  const amount_fen = fenOf(draft.amount)
  return {
    danger: [...dangersOf(draft)],
    nature: draft.nature,
    households: draft.households ?? 1,
    ...(draft.category ? { category: draft.category } : {}),
    ...(amount_fen === undefined ? {} : { amount_fen }),
  }
}

/** Everything the book's rules may ask about this matter. */
export function factsOf(draft: IssueDraft): Facts {
  return { ...plainFacts(draft), ...factsFrom(draft.answers) }
}

/** The questions still worth asking; none before the words, the category and the danger are known. */
export function askedOf(book: Book | undefined, draft: IssueDraft): readonly QuestionId[] {
  if (book === undefined || draft.category === '' || draft.danger.length === 0) return []
  return questionsFor(book, plainFacts(draft), aboutOf(book, draft), draft.answers)
}

/** Whether money is likely part of it: there are two sides or more. */
export function asksAmount(book: Book | undefined, draft: IssueDraft): boolean {
  return (categoryOf(book, draft.category)?.parties ?? 'no') !== 'no'
}

export type Faults = Readonly<Partial<Record<keyof IssueDraft, string>>>

/** What keeps this from being registered, by field, each saying what to do. */
export function faultsOf(draft: IssueDraft): Faults {
  const faults: Partial<Record<keyof IssueDraft, string>> = {}
  const words = lengthOf(draft.words.trim())
  if (words === 0) faults.words = t('register.fault.words')
  else if (words > 8000) faults.words = t('fault.too_long', { n: words - 8000 })
  if (draft.danger.length === 0) faults.danger = t('register.fault.danger')
  if (draft.category === '') faults.category = t('register.fault.category')
  const title = lengthOf(draft.title.trim())
  if (title < 4) faults.title = t('register.fault.title')
  else if (title > 50) faults.title = t('fault.too_long', { n: title - 50 })
  return { ...faults, ...tellerFaults(draft) }
}

function tellerFaults(draft: IssueDraft): Faults {
  const faults: Partial<Record<keyof IssueDraft, string>> = {}
  if (draft.teller === '') faults.teller = t('register.fault.teller')
  if (draft.teller === 'named' && draft.name.trim() === '' && draft.phone === '') faults.name = t('register.fault.name')
  if (draft.teller === 'named' && !isPhone(draft.phone)) faults.phone = t('fault.phone')
  if (lengthOf(draft.place) > 100) faults.place = t('fault.too_long', { n: lengthOf(draft.place) - 100 })
  if (draft.households === null) faults.households = t('register.fault.households')
  if (draft.amount !== '' && fenOf(draft.amount) === undefined) faults.amount = t('fault.amount')
  return faults
}

/** The fields of the op `register`; photos and link are added by the door. */
export function fieldsOf(draft: IssueDraft, session: Session, linked: readonly (string | New)[]): Record<string, unknown> {
  const reporter = {
    ...{ name: cut(draft.name.trim(), 20), phone: draft.phone },
    ...{ address: cut(draft.address, 100), relation: cut(draft.relation, 20) },
  }
  return {
    title: draft.title.trim(),
    words: draft.words.trim(),
    channel: draft.channel,
    nature: draft.nature,
    category: draft.category,
    place: draft.place.trim(),
    spot: draft.spot,
    anonymous: draft.teller === 'anonymous',
    reporter: draft.teller === 'named' ? reporter : undefined,
    confidential: draft.confidential,
    households: draft.households ?? 1,
    amount_fen: draft.amount === '' ? undefined : fenOf(draft.amount),
    danger: [...dangersOf(draft)],
    facts: factsFrom(draft.answers),
    responder: { person: session.person, name: cut(session.name, 20) },
    linked: linked.length > 0 ? linked : undefined,
  }
}
