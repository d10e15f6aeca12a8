// What is kept on a phone besides its own ops: the placed log and its shapes, drafts, photos, whose store is whose.
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { Drafts } from '../../pwa/src/device/drafts'
import { retryAfter } from '../../pwa/src/device/retry'
import { make } from '../../pwa/src/device/outbox'
import { dropPhoto, keepBytes, keepPhoto } from '../../pwa/src/device/photos'
import { gridLog } from '../../pwa/src/device/placed'
import { meta, setMeta, type ShapeRow, type Shelf } from '../../pwa/src/device/shelf'
import { seenFrom } from '../../pwa/src/seen'
import { opHash, writeOp, type JsonMap, type Op } from '../../pwa/src/sync/op'
import type { Changes, Placed } from '../../pwa/src/sync/wire'
import { enteredShelf, freshShelf, GRID, household, NOW, sureOf, withFault } from './shelves'

/** What another phone said of a household, as the server sends it: registered, then so many edits of the remark. */
function placedHousehold(edits: number, from = 1): Changes {
  const begun = { ...household().fields } as JsonMap
  const ops = Array.from({ length: edits + 1 }, (_, at): Op => {
    const stamp = `${String(NOW + at).padStart(15, '0')}-0000-dother`
    const fields = at === 0 ? begun : { remark: `第${at}次` }
    const name = at === 0 ? 'register' : 'edit'
    const seen = at > 1 ? { remark: [`${String(NOW + at - 1).padStart(15, '0')}-0000-dother`] } : {}
    return { device: 'dother', seq: at + 1, prev: '', stamp, actor: 'p2', grid: GRID, subject: 'household/dother.1', name, fields, seen, v: 1 }
  })
  const placed = ops.map((op, at): Placed => {
    return { place: from + at, placed_ms: NOW, credited_ms: NOW + at, role: 'grid_worker', text: writeOp(op), mark: 'm' }
  })
  return { ops: placed, head: from + edits }
}

async function take(shelf: Shelf, place: number, changes: Changes): Promise<number> {
  const taken = await sureOf(shelf.write(['meta', 'log', 'shapes'], (tx) => gridLog.take(tx, GRID, place, changes)))
  return taken.place
}

function shapeOf(shelf: Shelf): Promise<ShapeRow | undefined> {
  return sureOf(shelf.read(['shapes'], (tx) => tx.objectStore('shapes').get('household/dother.1')))
}

async function logged(shelf: Shelf): Promise<number> {
  return sureOf(shelf.read(['log'], (tx) => tx.objectStore('log').count()))
}

describe('the placed log', () => {
  test('becomes shapes, in one write with it', async () => {
    const shelf = await enteredShelf()
    expect(await take(shelf, 0, placedHousehold(2))).toBe(3)
    const row = await shapeOf(shelf)
    expect(row).toMatchObject({ kind: 'household', grid: GRID, place: 3, updated_ms: NOW + 2 })
    expect(row?.shape.fields.remark?.now.value).toBe('第2次')
  })

  test('the same changes again change nothing, and behind a gap nothing is taken', async () => {
    const shelf = await enteredShelf()
    const { ops, head } = placedHousehold(3)
    expect(await take(shelf, 0, { ops: ops.slice(0, 2), head })).toBe(2)
    const before = await shapeOf(shelf)
    expect(await take(shelf, 2, { ops: ops.slice(0, 2), head })).toBe(2)
    expect(await take(shelf, 2, { ops: ops.slice(3), head })).toBe(2)
    expect(await shapeOf(shelf)).toEqual(before)
    expect(await take(shelf, 2, { ops: ops.slice(1), head })).toBe(4)
  })

  test('keeps what this version cannot read, for one that can', async () => {
    const shelf = await enteredShelf()
    const strange: Placed = { place: 2, placed_ms: NOW, credited_ms: NOW, role: 'grid_worker', text: '{"v":9,"op":"from the future"}', mark: 'm' }
    const { ops } = placedHousehold(0)
    expect(await take(shelf, 0, { ops: [...ops, strange], head: 2 })).toBe(2)
    expect(await logged(shelf)).toBe(2)
  })

  test('cut off at any request, log and shapes and place are as before', async () => {
    for (let at = 1, isReached = true; isReached; at += 1) {
      const shelf = await enteredShelf()
      await take(shelf, 0, placedHousehold(0))
      const before = await shapeOf(shelf)
      const { ops, head } = placedHousehold(3)
      const write = (): Promise<unknown> =>
        shelf.write(['meta', 'log', 'shapes'], async (tx) => {
          const { place } = await gridLog.take(tx, GRID, 1, { ops: ops.slice(1), head })
          await setMeta(tx, 'places', { [GRID]: place })
          return place
        })
      const tried = await withFault(shelf, { at, error: 'UnknownError' }, write)
      isReached = tried.isReached
      expect([await shapeOf(shelf), await logged(shelf)]).toEqual(isReached ? [before, 1] : [expect.anything(), 4])
    }
  })

  test('another version of the app asks for its shapes anew, shows the old ones until then, and takes no change before', async () => {
    const shelf = await enteredShelf()
    await take(shelf, 0, placedHousehold(2))
    const made = await shapeOf(shelf)
    await sureOf(
      shelf.write(['meta'], async (tx) => {
        await setMeta(tx, 'folded_by', 'an older version')
        await setMeta(tx, 'places', { [GRID]: 2 })
        return true
      }),
    )
    const isReady = (): Promise<boolean> => sureOf(shelf.write(['meta'], (tx) => gridLog.isReady(tx)))
    expect(await isReady()).toBe(false)
    expect(await gridLog.open(shelf)).toBeUndefined()
    expect([await isReady(), await shapeOf(shelf)]).toEqual([true, made])
    expect(await sureOf(shelf.read(['meta'], (tx) => meta(tx, 'places')))).toEqual({})
  })

  test('a grid that may be read no more is forgotten whole', async () => {
    const shelf = await enteredShelf()
    await take(shelf, 0, placedHousehold(2))
    const gone = await sureOf(shelf.write(['log', 'shapes'], (tx) => gridLog.forget(tx, GRID)))
    expect([gone, await logged(shelf), await shapeOf(shelf)]).toEqual([['household/dother.1'], 0, undefined])
  })
})

describe('what a person sees', () => {
  test('own waiting ops lie on top of what is placed, and are counted', async () => {
    const shelf = await enteredShelf()
    await take(shelf, 0, placedHousehold(1))
    const row = await shapeOf(shelf)
    const seen = { remark: [row?.shape.fields.remark?.now.stamp ?? ''] }
    const edit = { name: 'edit', subject: 'household/dother.1', grid: GRID, fields: { remark: '我写的' }, seen }
    const made = await sureOf(make(shelf, [edit], NOW + 10))
    if (!('rows' in made)) throw new Error('refused')
    const now = seenFrom('household/dother.1', row, made.rows)
    expect(now).toMatchObject({ waiting: 1, updated_ms: NOW + 10 })
    expect(now?.shape.fields.remark).toMatchObject({ now: { value: '我写的', place: 0 }, lost: [] })
  })
})

describe('drafts', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    return () => vi.useRealTimers()
  })

  test('are kept a quarter of a second after the last key', async () => {
    const shelf = freshShelf()
    const drafts = new Drafts(shelf, () => NOW)
    drafts.changed('issue/new', { title: '路' })
    await vi.advanceTimersByTimeAsync(200)
    drafts.changed('issue/new', { title: '路灯' })
    await vi.advanceTimersByTimeAsync(200)
    expect(await new Drafts(shelf, () => NOW).load('issue/new')).toBeUndefined()
    await vi.advanceTimersByTimeAsync(60)
    await vi.waitFor(async () => expect(await new Drafts(shelf, () => NOW).load('issue/new')).toEqual({ title: '路灯' }))
  })

  test('are kept at once when the page is put away, and gone once cleared', async () => {
    const shelf = freshShelf()
    const drafts = new Drafts(shelf, () => NOW)
    drafts.changed('a', { text: '甲' })
    drafts.changed('b', { text: '乙' })
    expect(await drafts.flush()).toBeUndefined()
    const later = new Drafts(shelf, () => NOW)
    expect([await later.load('a'), await later.load('b')]).toEqual([{ text: '甲' }, { text: '乙' }])
    drafts.changed('a', { text: '甲乙' })
    await drafts.clear('a')
    await vi.advanceTimersByTimeAsync(1000)
    expect(await later.load('a')).toBeUndefined()
  })

  test('a full store is said and the text stays at hand', async () => {
    const shelf = freshShelf()
    const drafts = new Drafts(shelf, () => NOW)
    drafts.changed('a', { text: '甲' })
    const tried = await withFault(shelf, { at: 1, error: 'QuotaExceededError' }, () => drafts.flush())
    expect(tried.result).toMatchObject({ trouble: 'full' })
    expect(await drafts.load('a')).toEqual({ text: '甲' })
    expect(await drafts.flush()).toBeUndefined()
  })
})

describe('photos', () => {
  test('have the hash of their bytes as their name, and the same picture twice is one', async () => {
    const shelf = freshShelf()
    const picture = new Blob(['a picture'], { type: 'image/jpeg' })
    const one = await sureOf(keepBytes(shelf, picture, NOW))
    expect(one).toEqual({ hash: opHash('a picture'), bytes: 9 })
    expect(await sureOf(keepBytes(shelf, picture, NOW))).toEqual(one)
    expect(await sureOf(shelf.read(['photos'], (tx) => tx.objectStore('photos').count()))).toBe(1)
  })

  test('a picture for a form can be taken away, one that an op names cannot', async () => {
    const shelf = await enteredShelf()
    const signature = await sureOf(keepPhoto(shelf, new Blob(['signed'], { type: 'image/png' }), NOW))
    const kept = await sureOf(keepBytes(shelf, new Blob(['a picture'], { type: 'image/jpeg' }), NOW))
    const { fields } = household()
    await sureOf(make(shelf, [{ ...household(), fields: { ...fields, remark: kept.hash } }], NOW))
    await dropPhoto(shelf, signature.hash)
    await dropPhoto(shelf, kept.hash)
    expect(await sureOf(shelf.read(['photos'], (tx) => tx.objectStore('photos').getAllKeys()))).toEqual([kept.hash])
  })

  test('what is no picture is said to be none', async () => {
    // Somebody's file is painted anew even when it is small: a PNG may say where it was taken, too.
    expect(await keepPhoto(freshShelf(), new File(['not a picture'], 'a.png', { type: 'image/png' }), NOW)).toMatchObject({ trouble: 'not_a_picture' })
    expect(await keepPhoto(freshShelf(), new Blob(['not a picture'], { type: 'image/heic' }), NOW)).toMatchObject({
      trouble: 'not_a_picture',
    })
  })
})

describe('trying again', () => {
  test('waits twice as long each time, up to five minutes, and not all phones at once', () => {
    expect([1, 2, 3].map((failures) => retryAfter(failures, 1))).toEqual([2000, 4000, 8000])
    expect([retryAfter(50, 1), retryAfter(50, 0)]).toEqual([300_000, 150_000])
  })
})
