// What a receipt is made over, to the byte, and the tree that lets one signature stand for many receipts. Signs and checks nothing.
import { opHash } from './op'
import type { Receipt } from './wire'

/** The ten lines of a receipt, ASCII, each ended by a line feed: what the server's signature answers for. */
export function receiptText(device: string, epoch: string, receipt: Receipt): string {
  const { seq, hash, fate, grid, place, placed_ms, why } = receipt
  return lines(['sulaiban receipt 1', device, seq, hash, fate, grid, place, placed_ms, why, epoch])
}

/** What is signed for all receipts of one Reply. */
export function signedText(root: string): string {
  return lines(['sulaiban receipts 1', root])
}

function lines(values: readonly (string | number)[]): string {
  return values.map((value) => `${value}\n`).join('')
}

/** The root of the tree over these receipts' texts, in their order; there is at least one. */
export function rootOf(texts: readonly string[]): string {
  let row = texts.map(opHash)
  while (row.length > 1) row = above(row)
  return row[0] ?? ''
}

/** The way from the receipt at `at` up to the root: `L` or `R`, the side of the other one, and its digest. */
export function stepsOf(texts: readonly string[], at: number): string[] {
  let row = texts.map(opHash)
  const steps: string[] = []
  for (let place = at; row.length > 1; place >>= 1, row = above(row)) {
    const other = row[place ^ 1]
    if (other !== undefined) steps.push(`${place % 2 === 1 ? 'L' : 'R'}${other}`)
  }
  return steps
}

/** The root that a receipt's text and its way lead to. */
export function climb(text: string, steps: readonly string[]): string {
  return steps.reduce((digest, step) => opHash(step.startsWith('L') ? step.slice(1) + digest : digest + step.slice(1)), opHash(text))
}

/** The next row of the tree: two and two together, and whoever has no partner goes up as it is. */
function above(row: readonly string[]): string[] {
  const pairs: string[] = []
  for (let at = 0; at < row.length; at += 2) {
    const [left = '', right] = [row[at], row[at + 1]]
    pairs.push(right === undefined ? left : opHash(left + right))
  }
  return pairs
}
