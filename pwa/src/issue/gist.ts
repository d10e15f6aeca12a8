// What tells one record from its likes, in a few words: enough to see whether two of them are the same.
import type { Seen } from '../subjects'
import { dayTime } from '../words/days'
import { t } from '../words/words'
import { personWords } from './fields'
import { mapOf, mapsOf, numberOf, textOf } from './values'

export interface Gist {
  readonly title: string
  readonly lines: readonly string[]
}

/** `hide` masks who it is about, for a screen that others may look at. */
export function gistOf(seen: Seen, hide: (person: string) => string = (person) => person): Gist {
  const title = ['title', 'summary', 'head_name'].map((field) => textOf(seen, field)).find((text) => text !== '') ?? ''
  const person = mapOf(seen, 'reporter') ?? mapOf(seen, 'writer')
  const members = mapsOf(seen, 'members').length
  const lines = [
    textOf(seen, 'issue_no'),
    textOf(seen, 'place') || textOf(seen, 'address'),
    person === undefined ? '' : hide(personWords(person)),
    members > 0 ? t('same.members', { n: members }) : '',
    t('same.since', { when: dayTime(numberOf(seen, 'received_ms') ?? seen.shape.acts[0]?.at_ms ?? seen.updated_ms) }),
  ]
  return { title, lines: lines.filter((line) => line !== '') }
}
