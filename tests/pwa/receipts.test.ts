// What a phone promises of receipts, against the real server: none is believed without its signature, each is kept and proves something alone.
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { shown, verify } from '../../pwa/src/device/receipts'
import { meta, setMeta } from '../../pwa/src/device/shelf'
import { Phone, phoneOf, stopPhones } from './phones'
import { bentJson, startServer, type Running } from './server'
import { household, sureOf } from './shelves'

let server: Running

beforeAll(async () => {
  server = await startServer()
  Phone.base = server.base
}, 90_000)

afterAll(() => server.stop())
afterEach(stopPhones)

const receiptsOf = (phone: Phone): Promise<number> => sureOf(phone.seat.shelf.read(['receipts'], (tx) => tx.objectStore('receipts').count()))

describe('a receipt', () => {
  test('is kept for what was placed and for what was refused, and its signature fits', async () => {
    const phone = await phoneOf('wg1')
    await phone.say(household(), { name: 'edit', subject: 'household/dnobody.7', grid: '', fields: { remark: '查无此户' } }, household('张秀英'))
    expect(await phone.sync()).toBe('nothing')
    const { device } = phone.seat.session
    for (const [seq, fate] of [[1, 'placed'], [2, 'refused'], [3, 'placed']] as const) {
      const one = await sureOf(shown(phone.seat.shelf, device, seq))
      expect(one).toMatchObject({ number: `${device}.${seq}`, receipt: { fate }, verdict: 'fits' })
      expect(one?.slip.split('\n').slice(0, 3)).toEqual(['sulaiban receipt 1', device, String(seq)])
    }
    expect(await sureOf(shown(phone.seat.shelf, device, 4))).toBeUndefined()
  })

  test.each([
    ['with another signature', (read: Record<string, unknown>) => ({ ...read, signature: 'A'.repeat(86) })],
    ['without a signature', (read: Record<string, unknown>) => ({ ...read, key: '', signature: '' })],
    ['with another fate', (read: Record<string, unknown>) => ({ ...read, receipts: (read.receipts as object[]).map((one) => ({ ...one, fate: 'refused' })) })],
    ['with another place', (read: Record<string, unknown>) => ({ ...read, receipts: (read.receipts as object[]).map((one) => ({ ...one, place: 1 })) })],
  ])('%s is not believed: what was said still waits, and goes when the truth comes', async (_name, change) => {
    const phone = await phoneOf('wg2')
    phone.line.isUp = false
    await phone.say(household())
    phone.line.isUp = true
    phone.line.bend = async (send, path) => (path === '/exchange' ? bentJson(await send(), change) : send())
    expect(await phone.sync()).toBe('not_our_server')
    expect([(await phone.waiting()).ops, await receiptsOf(phone)]).toEqual([1, 0])
    phone.line.bend = undefined
    expect(await phone.sync()).toBe('nothing')
    expect([(await phone.waiting()).ops, await receiptsOf(phone)]).toEqual([0, 1])
  })

  test('by a key that is new here: the key is asked for, and noted', async () => {
    const phone = await phoneOf('wg3')
    const keys = await sureOf(phone.seat.shelf.read(['meta'], (tx) => meta(tx, 'keys')))
    await sureOf(phone.seat.shelf.write(['meta'], async (tx) => setMeta(tx, 'keys', []).then(() => true)))
    await phone.say(household())
    expect(await phone.sync()).toBe('nothing')
    expect(await sureOf(phone.seat.shelf.read(['meta'], (tx) => meta(tx, 'keys')))).toEqual(keys)
  })

  test('on a browser that does not know the signature is taken, and said not to be checked', async () => {
    const phone = await phoneOf('wg4')
    const old = vi.spyOn(crypto.subtle, 'importKey').mockRejectedValue(new DOMException('Unrecognized name', 'NotSupportedError'))
    await phone.say(household())
    expect(await phone.sync()).toBe('nothing')
    expect(await sureOf(shown(phone.seat.shelf, phone.seat.session.device, 1))).toMatchObject({ verdict: 'cannot' })
    old.mockRestore()
  })

  test('whose key is no key fits nothing', async () => {
    expect(await verify({ id: 'x', public: '!' }, '0'.repeat(64), 'AA')).toBe('false')
  })
})
