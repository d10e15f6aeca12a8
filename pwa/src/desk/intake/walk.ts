// One matter that somebody brought to the counter or told on the telephone, as the clerk writes it down. Pure.
import { titleFrom } from '../../issue/title'
import { cut, type Fields } from '../../issue/values'
import type { Book, Session } from '../../subjects_desk'
import { bad } from '../../sync/check'
import { LAW } from '../../sync/law'
import { dangerHints, suggest } from '../../sync/rules/suggest'

export const CHANNELS = ['walk_in', 'phone'] as const
export const NATURES = ['help', 'complaint', 'report', 'suggestion', 'enquiry', 'praise'] as const

export interface WalkIn {
  channel: (typeof CHANNELS)[number]
  grid: string
  words: string
  /** Chosen by the clerk; "" for what the words suggest. */
  category: string
  nature: (typeof NATURES)[number]
  name: string
  phone: string
  place: string
  confidential: boolean
}
export type WalkFault = 'grid' | 'words' | 'category' | 'name' | 'phone' | 'place'

export const empty = (): WalkIn => ({ channel: 'walk_in', grid: '', words: '', category: '', nature: 'help', name: '', phone: '', place: '', confidential: false })

/** The category that stands: the clerk's, or what the words say; "" for none. */
export function categoryIn(made: WalkIn, book: Book): string {
  return made.category || (suggest(book, made.words)[0]?.category ?? '')
}

/** The fields by which it is registered. Whoever writes it down answers for it from then on. */
export function walkFields(made: WalkIn, book: Book, session: Session): Fields {
  const [words, place, name] = [made.words.trim(), made.place.trim(), made.name.trim()]
  return {
    ...{ title: cut(titleFrom(words) || words, 50), words, channel: made.channel, nature: made.nature, category: categoryIn(made, book) },
    ...{ anonymous: false, confidential: made.confidential, households: 1, danger: dangerHints(book, words).map(({ kind }) => kind) },
    responder: { person: session.person, name: session.name },
    reporter: { name, phone: made.phone.replace(/[\s-]/g, '') },
    ...(place === '' ? {} : { place }),
  }
}

/** What keeps it from being registered, by the law. */
export function walkFaults(made: WalkIn, book: Book, session: Session): readonly WalkFault[] {
  const fields = walkFields(made, book, session)
  const isBad = (name: string): boolean => {
    const law = LAW.issue.fields[name]
    return fields[name] !== undefined && (law === undefined || bad(law, fields[name]) !== '')
  }
  const { name, phone } = fields.reporter as { readonly name: string; readonly phone: string }
  const wrong: Readonly<Record<WalkFault, boolean>> = {
    grid: made.grid === '',
    words: isBad('words') || isBad('title'),
    category: fields.category === '',
    name: name === '',
    phone: phone === '' || isBad('reporter'),
    place: isBad('place'),
  }
  return (Object.keys(wrong) as WalkFault[]).filter((one) => wrong[one])
}
