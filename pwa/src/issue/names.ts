// Who did it, as the reader would say it: you, a colleague by name, or the office when no name is known.
import { nameOf, useSession } from '../subjects'
import { t } from '../words/words'
import { pick } from './codes'

const OFFICES = {
  resident: 'who.resident',
  importer: 'who.importer',
  grid_worker: 'who.grid_worker',
  town: 'who.town',
  dispatcher: 'who.dispatcher',
  county_leader: 'who.county_leader',
  supervisor: 'who.supervisor',
  clerk: 'who.clerk',
} as const
const FACELESS: readonly string[] = ['resident', 'clerk', 'importer']

export interface Names {
  readonly mine: (person: string) => boolean
  /** An act's author: 您, 李某, 群众, 镇为民服务中心. */
  readonly of: (by: { readonly actor: string; readonly role: string }) => string
}

export function useNames(): Names {
  const { session } = useSession()
  const mine = (person: string): boolean => session.value?.person === person
  return {
    mine,
    of: ({ actor, role }) => {
      if (mine(actor)) return t('who.you')
      const office = t(pick(OFFICES, role) ?? 'who.someone')
      return FACELESS.includes(role) ? office : nameOf(actor) || office
    },
  }
}
