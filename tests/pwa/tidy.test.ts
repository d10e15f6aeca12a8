// What a phone promises when it makes room: nothing looks different, and no word goes that was not delivered, that lost, or that is kept as a note.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { make } from '../../pwa/src/device/outbox'
import { gridLog } from '../../pwa/src/device/placed'
import { meta, setMeta, type Shelf, type StoreName } from '../../pwa/src/device/shelf'
import { tidy } from '../../pwa/src/device/tidy'
import type { Shape } from '../../pwa/src/sync/fold'
import { LAW, lawOf } from '../../pwa/src/sync/law'
import { opHash, writeOp, type Change, type Op } from '../../pwa/src/sync/op'
import { isKept } from '../../pwa/src/sync/subjects/kept'
import { isUnreadable, readOp, type Placed } from '../../pwa/src/sync/wire'
import { contents, DEVICE, enteredShelf, GRID, household, NOW, sureOf, withFault } from './shelves'

const DAY_MS = 24 * 3600 * 1000
const LATE_MS = NOW + 400 * DAY_MS
/** Of each file of histories: enough to meet every kind, few enough for a test. */
const SAMPLE = 32

interface Vectors {
  readonly steps: readonly (readonly [string, readonly [readonly Change[]]])[]
}

/** Every n-th of the histories that both cores are held to, each as the log of one grid. */
const HISTORIES = [1, 2, 3, 4, 5].flatMap((n) => {
  const path = new URL(`../vectors/histories_${n}.json`, import.meta.url)
  const { steps } = JSON.parse(readFileSync(path, 'utf8')) as Vectors
  const all = steps.filter(([name]) => name === 'history').map(([, [changes]]) => changes)
  return all.filter((_, at) => at % Math.ceil(all.length / SAMPLE) === 0)
})

function asLog(changes: readonly Change[]): Placed[] {
  return changes.map(({ placed_ms, credited_ms, role, op }, at) => {
    return { place: at + 1, placed_ms, credited_ms, role, text: writeOp({ ...op, grid: GRID }), mark: 'm' }
  })
}

async function take(shelf: Shelf, ops: readonly Placed[], from: number, to: number): Promise<void> {
  await sureOf(
    shelf.write(['meta', 'log', 'shapes'], async (tx) => {
      await gridLog.take(tx, GRID, from, { ops: ops.slice(from, to), head: ops.length })
      await setMeta(tx, 'places', { [GRID]: to })
      await setMeta(tx, 'contact', { at_ms: LATE_MS, skew_ms: 0 })
      return true
    }),
  )
}

const shapesOn = (shelf: Shelf): Promise<Map<string, Shape>> =>
  sureOf(shelf.read(['shapes'], async (tx) => new Map((await tx.objectStore('shapes').getAll()).map(({ subject, shape }) => [subject, shape]))))

const placesOn = (shelf: Shelf): Promise<number[]> =>
  sureOf(shelf.read(['log'], async (tx) => (await tx.objectStore('log').getAll()).map(({ place }) => place)))

/** Whether somebody's word stands in it that did not win, or could not take effect. */
const holdsLosers = ({ fields, notes }: Shape): boolean =>
  notes.length > 0 || Object.values(fields).some(({ beside, lost }) => beside.length > 0 || lost.length > 0)

test('after a year no history looks different, and only what is over, without notes and losers, has left', async () => {
  let left = 0
  let losers = 0
  for (const changes of HISTORIES) {
    const shelf = await enteredShelf()
    const ops = asLog(changes)
    await take(shelf, ops, 0, ops.length)
    const before = await shapesOn(shelf)
    const tidied = await sureOf(tidy(shelf, LATE_MS))
    const after = await shapesOn(shelf)
    for (const [subject, shape] of before) {
      losers += holdsLosers(shape) ? 1 : 0
      if (after.has(subject)) expect(after.get(subject)).toEqual(shape)
      else {
        const law = lawOf(subject) ?? LAW.issue
        expect([isKept(law, shape, LATE_MS), holdsLosers(shape)]).toEqual([false, false])
        expect(tidied?.subjects).toContain(subject)
        left += 1
      }
    }
    // What this version cannot read stays for one that can.
    const stay = ops.filter(({ text }) => isUnreadable(readOp(text)) || text.includes('"device":"clerk'))
    expect(stay.map(({ place }) => place)).toEqual(expect.arrayContaining(await placesOn(shelf)))
  }
  expect(left).toBeGreaterThan(0)
  expect(losers).toBeGreaterThan(0)
}, 60_000)

test('what comes after making room folds as if none had been made', async () => {
  for (const changes of HISTORIES) {
    const ops = asLog(changes)
    const [whole, tidied] = [await enteredShelf(), await enteredShelf()]
    const half = Math.floor(ops.length / 2)
    await take(whole, ops, 0, ops.length)
    await take(tidied, ops, 0, half)
    await sureOf(tidy(tidied, LATE_MS))
    await take(tidied, ops, half, ops.length)
    const missing = new Set(await sureOf(tidied.read(['meta'], (tx) => meta(tx, 'missing'))))
    const [expected, got] = [await shapesOn(whole), await shapesOn(tidied)]
    for (const [subject, shape] of expected) if (!missing.has(subject) && got.has(subject)) expect(got.get(subject)).toEqual(shape)
    for (const [subject, shape] of expected) if (!got.has(subject)) expect(missing.has(subject) || !isKept(lawOf(subject) ?? LAW.issue, shape, LATE_MS)).toBe(true)
  }
}, 60_000)

/** A household of another phone, an edit of it, what the clerk said; then an own one, and the clerk's word to it. */
function day(placed_ms: number): Placed[] {
  const op = (device: string, seq: number, name: string, subject: string): Op => {
    const stamp = `${String(NOW + seq).padStart(15, '0')}-0000-${device}`
    const fields = name === 'register' ? (household().fields as Op['fields']) : { remark: '门口有台阶' }
    return { device, seq, prev: '', stamp, actor: 'p1', grid: GRID, subject, name, fields, seen: {}, v: 1 }
  }
  const all = [
    ...[op('dother', 1, 'register', 'household/dother.1'), op(`clerk${GRID}`, 1, 'edit', 'household/dother.1')],
    ...[op(DEVICE, 1, 'register', `household/${DEVICE}.1`), op(`clerk${GRID}`, 2, 'edit', `household/${DEVICE}.1`)],
    op('dother', 2, 'edit', 'household/dother.1'),
  ]
  return all.map((one, at) => ({ place: at + 1, placed_ms, credited_ms: NOW, role: 'grid_worker', text: writeOp(one), mark: 'm' }))
}

test('own ops stay with the clerk\'s answers to them, and so does what a restored server may lack', async () => {
  const old = await enteredShelf()
  await take(old, day(LATE_MS - 36 * DAY_MS), 0, 5)
  await sureOf(tidy(old, LATE_MS))
  expect(await placesOn(old)).toEqual([3, 4])
  const young = await enteredShelf()
  await take(young, day(LATE_MS - 34 * DAY_MS), 0, 5)
  await sureOf(tidy(young, LATE_MS))
  expect(await placesOn(young)).toEqual([1, 2, 3, 4, 5])
})

test('a phone whose clock runs a year ahead goes by the server\'s time', async () => {
  const shelf = await enteredShelf()
  await take(shelf, day(LATE_MS - DAY_MS), 0, 5)
  await sureOf(shelf.write(['meta'], async (tx) => setMeta(tx, 'contact', { at_ms: LATE_MS + 365 * DAY_MS, skew_ms: 365 * DAY_MS })))
  await sureOf(tidy(shelf, LATE_MS + 365 * DAY_MS))
  expect(await placesOn(shelf)).toHaveLength(5)
})

const MOST: StoreName[] = ['meta', 'outbox', 'log', 'shapes', 'fates', 'drafts']

/** A shelf with a visit long over, which nothing keeps but what is told of it here. */
async function withOldVisit(): Promise<Shelf> {
  const shelf = await enteredShelf()
  const shape: Shape = { subject: 'visit/dother.9', kind: 'visit', grid: GRID, stage: LAW.visit.over[0] ?? '', fields: {}, acts: [], notes: [] }
  await take(shelf, day(NOW), 0, 5)
  await sureOf(
    shelf.write(MOST, async (tx) => {
      await tx.objectStore('shapes').put({ subject: shape.subject, kind: 'visit', grid: GRID, place: 5, base: 0, updated_ms: NOW, shape })
      return true
    }),
  )
  return shelf
}

test('a record stays while anything of it is undelivered, refused or half written', async () => {
  const plain = await withOldVisit()
  expect((await sureOf(tidy(plain, LATE_MS)))?.subjects).toEqual(['visit/dother.9'])
  const drafted = await withOldVisit()
  await sureOf(drafted.write(MOST, async (tx) => tx.objectStore('drafts').put({ key: 'visit/dother.9', value: { note: '写到一半' }, saved_ms: NOW })))
  const waits = await withOldVisit()
  const text = writeOp({ device: DEVICE, seq: 9, prev: '', stamp: '', actor: 'p1', grid: GRID, subject: 'visit/dother.9', name: 'edit', fields: {}, seen: {}, v: 1 })
  const row = { device: DEVICE, seq: 9, hash: opHash(text), text, subject: 'visit/dother.9', kind: 'visit', name: 'edit', grid: GRID, role: 'grid_worker', made_ms: NOW }
  await sureOf(waits.write(MOST, async (tx) => tx.objectStore('outbox').put(row)))
  for (const shelf of [drafted, waits]) {
    expect((await sureOf(tidy(shelf, LATE_MS)))?.subjects).toEqual([])
    expect((await shapesOn(shelf)).has('visit/dother.9')).toBe(true)
  }
})

test('it is done once a day, and not before the server was heard', async () => {
  const shelf = await enteredShelf()
  expect(await tidy(shelf, LATE_MS)).toBeUndefined()
  await take(shelf, day(NOW), 0, 5)
  expect(await sureOf(tidy(shelf, LATE_MS))).toEqual({ subjects: [] })
  expect(await tidy(shelf, LATE_MS + DAY_MS - 1)).toBeUndefined()
  expect(await sureOf(tidy(shelf, LATE_MS + DAY_MS))).toEqual({ subjects: [] })
})

test('cut off at any write nothing is lost, and the next time finishes it', async () => {
  const undisturbed = await withOldVisit()
  await sureOf(make(undisturbed, [household('张秀英')], NOW))
  await sureOf(tidy(undisturbed, LATE_MS))
  const expected = await contents(undisturbed)
  for (let at = 1, isReached = true; isReached; at += 1) {
    const shelf = await withOldVisit()
    await sureOf(make(shelf, [household('张秀英')], NOW))
    const before = await shapesOn(shelf)
    const tried = await withFault(shelf, { at, error: 'UnknownError', writing: true }, () => tidy(shelf, LATE_MS))
    isReached = tried.isReached
    const after = await shapesOn(shelf)
    for (const [subject, shape] of after) expect(before.get(subject)).toEqual(shape)
    expect(await placesOn(shelf)).toEqual(expect.arrayContaining([3, 4]))
    await sureOf(tidy(shelf, LATE_MS))
    expect(await contents(shelf)).toBe(expected)
  }
})
