// A phone that holds nothing gets its grid in parts: counted, one by one durable, whole in the end, and never in the way of what was said here.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { lacking, type Lacking } from '../../pwa/src/device/lacking'
import { meta, type ShapeRow } from '../../pwa/src/device/shelf'
import { Phone, phoneOf, stopPhones } from './phones'
import { startServer, type Running } from './server'
import { household, issue, sureOf } from './shelves'

let server: Running

beforeAll(async () => {
  server = await startServer()
  Phone.base = server.base
}, 90_000)
afterEach(stopPhones)
afterAll(() => server.stop())

const lacks = (phone: Phone): Promise<Lacking | undefined> => sureOf(phone.seat.shelf.read(['meta'], lacking))
const rows = (phone: Phone): Promise<ShapeRow[]> => sureOf(phone.seat.shelf.read(['shapes'], (tx) => tx.objectStore('shapes').getAll()))
const asked = (phone: Phone): string[] => phone.line.sent.map(({ path }) => path).filter((path) => path.startsWith('/snapshots'))

describe('the first fetching of a grid', () => {
  it('comes as a snapshot, and what happens afterwards as the log', async () => {
    const before = await phoneOf('wg1')
    const [home = ''] = await before.say(household('郑有才'))
    await before.sync()
    const fresh = await phoneOf('wg1', 'fresh')
    expect(asked(fresh).length).toBeGreaterThan(1)
    expect(await lacks(fresh)).toBeUndefined()
    expect((await fresh.see(home)).shape).toEqual((await before.see(home)).shape)
    await before.say({ name: 'edit', subject: home, grid: '', fields: { remark: '后来改的' }, seen: { remark: [] } })
    await before.sync()
    await fresh.sync()
    expect((await fresh.see(home)).shape).toEqual((await before.see(home)).shape)
  })

  it('goes on where it was cut, and the count is true', async () => {
    const phone = new Phone('cut')
    phone.line.bend = async (send, path) => {
      if (/^\/snapshots\/\d+\/\d+\//.test(path)) throw new TypeError('no network')
      return send()
    }
    await phone.enter('wg1')
    const here = await rows(phone)
    expect(await lacks(phone)).toMatchObject({ usable: true, got: here.length, total: here.length })
    phone.line.bend = undefined
    const already = asked(phone).length
    expect(await phone.sync()).toBe('nothing')
    expect(await lacks(phone)).toBeUndefined()
    expect(asked(phone).slice(already).every((path) => !/^\/snapshots\/\d+$/.test(path))).toBe(true)
  })

  it('keeps what was said and received meanwhile in sight', async () => {
    const phone = new Phone('meanwhile')
    phone.line.bend = async (send, path) => {
      if (/^\/snapshots\/\d+\/\d+\//.test(path)) throw new TypeError('no network')
      return send()
    }
    await phone.enter('wg1')
    const [said = ''] = await phone.say(issue('取记录时登记的事'))
    await phone.sync()
    expect((await phone.waiting()).ops).toBe(0)
    expect((await phone.see(said)).shape.stage).toBe('registered')
    phone.line.bend = undefined
    await phone.sync()
    expect((await phone.see(said)).shape.acts.map(({ name }) => name)).toContain('number')
  })

  it('begins anew when the snapshot is gone', async () => {
    const phone = new Phone('gone')
    let isGone = true
    phone.line.bend = async (send, path) => {
      if (!isGone || !/^\/snapshots\/\d+\/\d+\//.test(path)) return send()
      isGone = false
      const body = { why: 'snapshot_gone', title: '', title_en: '', do: '', do_en: '' }
      return new Response(JSON.stringify(body), { status: 410, headers: { 'Content-Type': 'application/problem+json' } })
    }
    await phone.enter('wg1')
    expect(await lacks(phone)).toBeUndefined()
    expect(asked(phone).filter((path) => /^\/snapshots\/\d+$/.test(path))).toHaveLength(2)
  })

  it('asks again for a subject that had been let go of and is named by a change', async () => {
    const [one, other] = [await phoneOf('wg1', 'holds'), await phoneOf('wg1', 'letsgo')]
    const [home = ''] = await one.say(household('冯长顺'))
    await one.sync()
    await other.sync()
    await sureOf(
      other.seat.shelf.write(['shapes'], async (tx) => {
        await tx.objectStore('shapes').delete(home)
        return true
      }),
    )
    await one.say({ name: 'edit', subject: home, grid: '', fields: { remark: '又提起' }, seen: { remark: [] } })
    await one.sync()
    await other.sync()
    expect((await rows(other)).find(({ subject }) => subject === home)?.shape).toEqual((await one.see(home)).shape)
    expect(await sureOf(other.seat.shelf.read(['meta'], (tx) => meta(tx, 'missing')))).toEqual([])
  })
})
