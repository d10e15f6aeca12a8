// What stands behind `#` in the desk's address: a page by its name, or a matter by the two parts of its id, alone or behind `queue/`.

export const NAMES = ['queue', 'intake', 'likes', 'board', 'orders', 'talks', 'letters', 'ahead', 'calls', 'rates', 'bulletins', 'people'] as const
export type PlaceName = (typeof NAMES)[number]

const KIND = 'issue/'
const QUEUE = 'queue/'

/** The issue that is open in `#d7k2m9.12` or `#queue/d7k2m9.12`; "" where the address names none. */
export function matterIn(hash: string): string {
  const said = hash.replace('#', '')
  if (said.startsWith(QUEUE)) return KIND + said.slice(QUEUE.length)
  return said === '' || NAMES.some((name) => name === said.split('/')[0]) ? '' : KIND + said
}

/** The same the other way; "" for none. */
export function hashOf(matter: string): string {
  return matter === '' ? '' : `#${matter.slice(KIND.length)}`
}
