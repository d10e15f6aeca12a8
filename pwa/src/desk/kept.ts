// What stands written in a note that was kept aside, label by label: the phone's fields, and those that only the desk fills in.
import { codeWord } from '../issue/codes'
import { noteWords } from '../issue/notes'
import { asText } from '../issue/values'
import type { Book, Note } from '../subjects_desk'
import { d, type PlainDeskKey } from '../words/desk'
import { masked, PERSONAL } from './mask'

const LABELS: Readonly<Record<string, PlainDeskKey>> = {
  handler_unit: 'accept.unit',
  handler_name: 'accept.name',
  handler_phone: 'accept.phone',
  backup_name: 'accept.backup',
  return_why: 'back.why',
  return_better: 'back.better',
  route: 'refer.route',
  route_words: 'refer.words',
  conclusion: 'answer.conclusion',
  answer: 'answer.words',
  basis: 'answer.basis',
}

export interface KeptLine {
  readonly label: string
  readonly text: string
}

export function keptLines(note: Note, book: Book | undefined): readonly KeptLine[] {
  const own = Object.entries(LABELS).flatMap(([field, key]) => {
    const text = codeWord(field, asText(note.fields[field]))
    return text === '' ? [] : [{ label: d(key), text }]
  })
  const labels = own.map(({ label }) => label)
  const fields = Object.fromEntries(Object.entries(note.fields).map(([field, value]) => [field, PERSONAL.includes(field) ? masked(value) : value]))
  return [...own, ...noteWords({ ...note, fields }, book).filter(({ label }) => !labels.includes(label))]
}
