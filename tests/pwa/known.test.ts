// A large grid on a phone: what the day asks for comes first, the rest in slices, and both say the same.
import { expect, test, vi } from 'vitest'
import type { Device } from '../../pwa/src/device/device'
import { make } from '../../pwa/src/device/outbox'
import { gridLog } from '../../pwa/src/device/placed'
import { shapeRow } from '../../pwa/src/device/rows'
import { meta, setMeta, type Shelf } from '../../pwa/src/device/shelf'
import type { News } from '../../pwa/src/device/tabs'
import { Known } from '../../pwa/src/known'
import { listed } from '../../pwa/src/seen'
import { writeOp, type JsonMap, type Op } from '../../pwa/src/sync/op'
import type { Placed } from '../../pwa/src/sync/wire'
import { enteredShelf, GRID, issue, NOW, sureOf } from './shelves'

const MANY = 250
const OPEN = 30

/** A shelf with so many issues of another phone; all but the first thirty are over. */
async function lived(): Promise<Shelf> {
  const shelf = await enteredShelf()
  const ops = Array.from({ length: MANY }, (_, at): Placed => {
    const stamp = `${String(NOW + at).padStart(15, '0')}-0000-dother`
    const fields = issue(`第${at}件`).fields as JsonMap
    const said: Op = { device: 'dother', seq: at + 1, prev: '', stamp, actor: 'p2', grid: GRID, subject: `issue/dother.${at + 1}`, name: 'register', fields, seen: {}, v: 1 }
    return { place: at + 1, placed_ms: NOW, credited_ms: NOW + at, role: 'grid_worker', text: writeOp(said), mark: 'm' }
  })
  await sureOf(
    shelf.write(['meta', 'log', 'shapes'], async (tx) => {
      await gridLog.take(tx, GRID, 0, { ops, head: MANY })
      const shapes = tx.objectStore('shapes')
      for (const { place, base, updated_ms, shape } of await shapes.getAll()) {
        if (place > OPEN) await shapes.put(shapeRow({ ...shape, stage: 'archived' }, place, base, updated_ms))
      }
      return true
    }),
  )
  return shelf
}

/** What pages ask, and how they would be told that something changed. */
function asking(shelf: Shelf): { known: Known; tell: (news: News) => void } {
  let ear: (news: News) => void = () => undefined
  const device = { seat: { shelf }, listen: (one: typeof ear) => void (ear = one) }
  return { known: new Known(device as unknown as Device), tell: (news) => ear(news) }
}

test('the day brings what is open and what waits here, long before all of it, and both are one', async () => {
  const shelf = await lived()
  await sureOf(make(shelf, [issue('刚刚记下')], NOW))
  const { known } = asking(shelf)
  const day = await known.day()
  expect(day?.size).toBe(OPEN + 1)
  expect(known.soFar('issue')).toHaveLength(OPEN + 1)
  const all = await known.kind('issue')
  expect(all?.size).toBe(MANY + 1)
  expect([...(day?.values() ?? [])].every((seen) => all?.get(seen.id) === seen)).toBe(true)
})

test('what is said while a kind is read stays as it was said, and is found by its words', async () => {
  const shelf = await lived()
  const { known, tell } = asking(shelf)
  await known.day()
  const all = known.kind('issue')
  await sureOf(make(shelf, [{ name: 'edit', subject: 'issue/dother.2', grid: GRID, fields: { title: '井盖丢了' }, seen: {} }], NOW))
  tell({ subjects: ['issue/dother.2'] })
  const read = (await all)?.values() ?? []
  await vi.waitFor(() => expect(known.soFar('issue').filter(({ waiting }) => waiting > 0)).toHaveLength(1))
  const rows = [...read]
  expect(rows).toHaveLength(MANY)
  expect(listed(rows, { text: '井盖' }).map(({ id, waiting }) => [id, waiting])).toEqual([['issue/dother.2', 1]])
  expect(listed(rows, { text: '第200件' })).toHaveLength(1)
})

test('a store of an earlier version is told apart anew when it is opened, and not a second time', async () => {
  const shelf = await lived()
  await sureOf(
    shelf.write(['meta', 'shapes'], async (tx) => {
      await setMeta(tx, 'folded_by', 'an older version')
      for (const { words, day, ...bare } of await tx.objectStore('shapes').getAll()) {
        expect([typeof words, day]).toEqual(['string', bare.place > OPEN ? undefined : 1])
        await tx.objectStore('shapes').put(bare)
      }
      return true
    }),
  )
  expect(await gridLog.open(shelf)).toBeUndefined()
  expect((await asking(shelf).known.day())?.size).toBe(OPEN)
  const folded_by = await sureOf(shelf.read(['meta'], (tx) => meta(tx, 'folded_by')))
  expect(folded_by).toMatch(/:2$/)
  const writes = vi.spyOn(shelf, 'write')
  expect(await gridLog.open(shelf)).toBeUndefined()
  expect(writes).not.toHaveBeenCalled()
})
