// The facts an issue on record states, for the book to read: the same ones the form states before it is saved.
import type { Facts, Seen } from '../subjects'
import { mapOf, mapsOf, numberOf, textOf, textsOf } from './values'

type Fact = Facts[string]

export function factsOfShape(seen: Seen): Facts {
  const facts: Record<string, Fact> = { danger: textsOf(seen, 'danger') }
  for (const [name, value] of Object.entries(mapOf(seen, 'facts') ?? {})) {
    if (isFact(value)) facts[name] = value
  }
  for (const name of ['category', 'nature']) if (textOf(seen, name)) facts[name] = textOf(seen, name)
  for (const name of ['households', 'amount_fen']) {
    const value = numberOf(seen, name)
    if (value !== undefined) facts[name] = value
  }
  const parties = mapsOf(seen, 'parties').length
  return parties > 0 ? { parties, ...facts } : facts
}

function isFact(value: unknown): value is Fact {
  if (Array.isArray(value)) return value.every((one) => typeof one === 'string')
  return ['boolean', 'number', 'string'].includes(typeof value)
}
