// Sends one file by tus 1.0 over fetch, in pages and in the service worker alike: it goes on where the server says that it ends.
import type { Answer, Holder, Net, Request } from './net'
import { isTrouble, type Trouble } from './trouble'

const TUS = { 'Tus-Resumable': '1.0.0' }
/** The first piece, and between what bounds the next ones lie: small where the line is slow, so that the progress shows. */
const FIRST_PIECE = 64 * 1024
const PIECES = { least: 16 * 1024, most: 1024 * 1024 } as const
const QUICK_MS = 1500
const SLOW_MS = 8000
/** Of an upload, these say that it is no more. */
const GONE = [404, 410]

/** What is sent. */
export interface Whole {
  readonly hash: string
  readonly kind: 'photo' | 'voice'
  readonly bytes: ArrayBuffer
  /** The upload's address, once it was begun; "" before. */
  readonly where: string
}

/** Over what it goes, and who hears of it. */
export interface Way {
  readonly net: Net
  readonly holder: Holder
  /** The upload's address: durable when this resolves, so that no byte that came is ever sent again. */
  readonly begun: (where: string) => Promise<Trouble | undefined>
  /** How much the server has, durable there. */
  readonly came: (offset: number) => void
}

/** Sends what is missing. Resolves without a trouble only when the server has said that the whole is kept. */
export async function sendWhole(way: Way, whole: Whole): Promise<Trouble | undefined> {
  const at = whole.where === '' ? undefined : await offsetOf(way, whole.where)
  if (at !== undefined && !isTrouble(at)) return sendFrom(way, whole, whole.where, at)
  if (at !== undefined && !isGone(at)) return at
  const begun = await begin(way, whole)
  if (isTrouble(begun)) return begun
  return (await way.begun(begun.where)) ?? sendFrom(way, whole, begun.where, begun.offset)
}

async function begin({ net, holder }: Way, whole: Whole): Promise<{ where: string; offset: number } | Trouble> {
  const named = { sha256: whole.hash, kind: whole.kind }
  const headers = {
    ...TUS,
    'Upload-Length': String(whole.bytes.byteLength),
    'Upload-Metadata': Object.entries(named).map(([name, value]) => `${name} ${btoa(value)}`).join(','),
  }
  // Without a byte of it: should the answer be lost, nothing else is.
  const answer = await net.ask({ method: 'POST', path: '/uploads', headers }, holder)
  if (isTrouble(answer)) return answer
  const where = answer.headers.get('Location') ?? ''
  const offset = offsetIn(answer)
  return isTrouble(offset) ? offset : { where, offset }
}

async function offsetOf({ net, holder }: Way, where: string): Promise<number | Trouble> {
  const answer = await net.ask({ method: 'HEAD', path: where, headers: TUS }, holder)
  return isTrouble(answer) ? answer : offsetIn(answer)
}

function offsetIn({ headers }: Answer): number | Trouble {
  const said = headers.get('Upload-Offset') ?? ''
  return /^\d+$/.test(said) ? Number(said) : { trouble: 'not_our_server', detail: 'no offset in the answer' }
}

async function sendFrom(way: Way, { bytes }: Whole, where: string, offset: number): Promise<Trouble | undefined> {
  let [at, size] = [offset, FIRST_PIECE]
  way.came(at)
  while (at < bytes.byteLength) {
    const began_ms = performance.now()
    const next = await sendPiece(way, where, at, bytes.slice(at, at + size))
    if (isTrouble(next)) return next
    // It took nothing: asking again at once would only heat the line.
    if (next <= at) return { trouble: 'server', detail: `the upload stands at ${next}` }
    size = nextSize(size, performance.now() - began_ms)
    at = next
    way.came(at)
  }
  return undefined
}

async function sendPiece(way: Way, where: string, at: number, piece: ArrayBuffer): Promise<number | Trouble> {
  const headers = { ...TUS, 'Upload-Offset': String(at), 'Content-Type': 'application/offset+octet-stream' }
  const request: Request = { method: 'PATCH', path: where, headers, body: new Blob([piece]) }
  const answer = await way.net.ask(request, way.holder)
  if (!isTrouble(answer)) return offsetIn(answer)
  return answer.problem?.why === 'wrong_offset' ? offsetOf(way, where) : answer
}

function nextSize(size: number, took_ms: number): number {
  if (took_ms < QUICK_MS) return Math.min(size * 2, PIECES.most)
  return took_ms > SLOW_MS ? Math.max(size / 2, PIECES.least) : size
}

function isGone({ problem }: Trouble): boolean {
  return problem !== undefined && GONE.includes(problem.status)
}
