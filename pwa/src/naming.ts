// What a person is called on the screen. Whose names a device knows is told by the server, with the scope.
import type { Session } from './present'
import { ROLES } from './sync/law'
import { has } from './sync/op'
import { lang } from './words/words'

/** A person's name as the server told it; a role's for the hands that are not persons; the id itself when nobody told. */
export function nameIn(session: Session | undefined, person: string): string {
  if (person === session?.person) return session.name
  const role = has(ROLES, person) ? ROLES[person] : undefined
  if (role !== undefined) return lang.value === 'zh' ? role.zh : role.en
  for (const { people } of session?.scope ?? []) {
    const name = people[person]
    if (name !== undefined) return name
  }
  return person
}
