// Who did it, as a reviewer reads it: you, somebody by name with the office, or the office alone.
import type { Names } from '../issue/names'
import { nameOf, useSession, type WholeIssue } from '../subjects_desk'
import { has } from '../sync/op'
import { d, type PlainDeskKey } from '../words/desk'
import { t } from '../words/words'

const OFFICES: Readonly<Record<string, PlainDeskKey>> = {
  resident: 'who.resident',
  importer: 'who.importer',
  grid_worker: 'who.grid_worker',
  town: 'who.town',
  dispatcher: 'who.dispatcher',
  county_leader: 'who.county_leader',
  supervisor: 'who.supervisor',
  clerk: 'who.clerk',
}
const FACELESS: readonly string[] = ['resident', 'clerk', 'importer']

/** `people` are the names that came with the issue. */
export function useNames(people: () => WholeIssue['people']): Names {
  const { session } = useSession()
  const mine = (person: string): boolean => session.value?.person === person
  const known = (person: string): string => (has(people(), person) ? (people()[person] ?? '') : nameOf(person))
  return {
    mine,
    of: ({ actor, role }) => {
      if (mine(actor)) return t('who.you')
      const office = OFFICES[role]
      const word = office === undefined ? t('who.someone') : d(office)
      return FACELESS.includes(role) ? word : d('who.named', { office: word, name: known(actor) })
    },
  }
}
