// Fields of an issue as people read them: what each is called, and its value in words.
import { asText, isList, isMap, type Fields } from './values'
import type { Book, Json } from '../subjects'
import { lang, t } from '../words/words'
import { categoryName } from './book'
import { codeWord, pick } from './codes'
import { trackOf } from './decide'
import type { Spot } from './exif'

const LABELS = {
  title: 'field.title',
  words: 'field.words',
  nature: 'register.nature',
  category: 'register.category',
  place: 'register.place',
  spot: 'field.spot',
  demand: 'field.demand',
  reporter: 'field.reporter',
  confidential: 'register.confidential',
  households: 'register.households',
  amount_fen: 'register.amount',
  danger: 'field.danger',
  parties: 'field.parties',
  photos: 'issue.photos',
  voices: 'issue.voices',
  measures: 'solve.measures',
  result: 'solve.result',
  tried: 'escalate.tried',
  request: 'escalate.request',
  escalate_why: 'escalate.why',
  topic: 'consult.topic',
  consult_why: 'consult.why',
  track: 'field.track',
  overrule_why: 'overrule.why',
} as const

/** What a field is called; "" for fields that people do not speak of. */
export function labelOf(field: string): string {
  const key = pick(LABELS, field)
  return key === undefined ? '' : t(key)
}

/** A value in words; "" when there is nothing to say. */
export function wordsOf(field: string, value: Json | undefined, book: Book | undefined): string {
  if (value === undefined || value === null) return ''
  if (field === 'category') return categoryName(book, asText(value))
  if (field === 'track') return t(`track.${trackOf(asText(value))}`)
  if (field === 'amount_fen') return typeof value === 'number' ? yuan(value) : ''
  if (field === 'photos') return isList(value) ? t('field.photos', { n: value.length }) : ''
  if (field === 'voices') return isList(value) ? t('field.voices', { n: value.length }) : ''
  if (typeof value === 'boolean') return t(value ? 'ask.yes' : 'ask.no')
  if (typeof value === 'number') return String(value)
  return ofTexts(field, value)
}

function ofTexts(field: string, value: Json): string {
  if (isList(value)) return value.map((one) => ofTexts(field, one)).filter(Boolean).join(lang.value === 'zh' ? '、' : ', ')
  if (isMap(value)) return field === 'spot' ? spotWords({ lat: Number(value.lat), lng: Number(value.lng) }) : personWords(value)
  return codeWord(field, asText(value))
}

/** Name, phone and relation of somebody, those that are known. */
export function personWords(person: Fields): string {
  return [person.name, person.relation, person.phone, person.address].map(asText).filter(Boolean).join(' · ')
}

/** Millionths of a degree as people read them on a map. */
export function spotWords({ lat, lng }: Spot): string {
  const degrees = (millionths: number): string => (millionths / 1e6).toFixed(5)
  return t('spot.at', { lat: degrees(lat), lng: degrees(lng) })
}

/** Fen as yuan: ¥3,000 or ¥12.50. */
export function yuan(fen: number): string {
  const [whole, part] = [Math.floor(fen / 100), fen % 100]
  const grouped = String(whole).replace(/\B(?=(\d{3})+$)/g, ',')
  return `¥${grouped}${part === 0 ? '' : `.${String(part).padStart(2, '0')}`}`
}
