// People's names and numbers, shortened so that two can be told apart and a passer-by learns neither. Whoever asks sees them whole.
import { asText, isMap } from '../issue/values'
import type { Json } from '../subjects_desk'

/** Fields of an issue that name people. */
export const PERSONAL: readonly string[] = ['reporter', 'parties']

/** 李某 154****5678; the same shape as the server's mask. */
function maskedName(name: string): string {
  const [first] = Array.from(name)
  return first === undefined ? '' : `${first}某`
}

function maskedPhone(phone: string): string {
  if (phone === '') return ''
  return phone.length >= 8 ? `${phone.slice(0, 3)}****${phone.slice(-4)}` : '****'
}

/** A person's map with name and phone shortened and the rest left out; of a list each one. Anything else stays as it is. */
export function masked(value: Json): Json {
  if (Array.isArray(value)) return value.map(masked)
  if (!isMap(value)) return value
  return { name: maskedName(asText(value.name)), phone: maskedPhone(asText(value.phone)) }
}
