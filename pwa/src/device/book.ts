// The county's book on this phone: fetched when the server has another one, read here as it lies. What it proposes is sync/rules.
import type { Book } from '../sync/rules/book'
import type { Holder, Net } from './net'
import { meta, setMeta, type Shelf } from './shelf'
import { isTrouble, type Trouble } from './trouble'

/** Lists that every book has; an answer without one of them is none. */
const PARTS = ['categories', 'triage', 'suggest', 'danger_words', 'patterns', 'units'] as const

/** Fetches the book when the server's is another version than ours; the old one serves until the new one is here. */
export async function fetchBook(shelf: Shelf, net: Net, holder: Holder, version: string): Promise<Trouble | undefined> {
  const held = await shelf.read(['meta'], (tx) => meta(tx, 'book_version'))
  if (isTrouble(held)) return held
  if (version === '' || held === version) return undefined
  const answer = await net.ask({ method: 'GET', path: '/book' }, holder)
  if (isTrouble(answer)) return answer
  const book = readBook(await answer.body.text())
  if (book === undefined) return { trouble: 'not_our_server', detail: 'no book in the answer' }
  return shelf.write(['meta'], async (tx) => {
    await setMeta(tx, 'book', book)
    await setMeta(tx, 'book_version', book.version)
    return undefined
  })
}

function readBook(text: string): Book | undefined {
  try {
    const read = JSON.parse(text) as Readonly<Record<string, unknown>>
    const { version } = read
    const whole = typeof version === 'string' && PARTS.every((part) => Array.isArray(read[part]))
    return whole ? (read as unknown as Book) : undefined
  } catch {
    return undefined
  }
}
