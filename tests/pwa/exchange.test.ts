// What a phone promises of its way to the server, against the real one: nothing lost, nothing doubled, nothing believed that is not ours.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Batch } from '../../pwa/src/device/batch'
import type { Intent } from '../../pwa/src/device/outbox'
import { keepBytes } from '../../pwa/src/device/photos'
import { meta } from '../../pwa/src/device/shelf'
import { isTrouble, type TroubleName } from '../../pwa/src/device/trouble'
import { seenOf } from '../../pwa/src/seen'
import { Phone, phoneOf, stopPhones, whole } from './phones'
import { png } from './pictures'
import { bentJson, PASSWORD, startServer, type Bend, type Running } from './server'
import { household, issue, sureOf } from './shelves'

let server: Running

beforeAll(async () => {
  server = await startServer()
  Phone.base = server.base
}, 90_000)

afterAll(() => server.stop())
afterEach(stopPhones)

describe('without a network', () => {
  test('what was said is on the phone, and on the server once the network is back', async () => {
    const phone = await phoneOf('wg3')
    phone.line.isUp = false
    const [home, matter] = await phone.say(household(), issue())
    expect(await phone.sync()).toBe('offline')
    expect(await phone.waiting()).toMatchObject({ ops: 2, rows: [{ name: 'register' }, { name: 'register' }] })
    expect(await phone.see(matter)).toMatchObject({ waiting: 1, shape: { stage: 'registered' } })
    phone.line.isUp = true
    expect(await phone.sync()).toBe('nothing')
    expect(await phone.waiting()).toMatchObject({ ops: 0, oldest_ms: undefined })
    expect(await phone.see(home)).toMatchObject({ waiting: 0, shape: { stage: 'living' } })
    // The clerk has answered: a number, a proposal with its reason, and a clock.
    const seen = await phone.see(matter)
    expect(whole(seen, 'issue_no')).toMatch(/^SL\d{13}$/)
    expect(whole(seen, 'proposal')).toHaveProperty('reason_zh')
    expect(whole(seen, 'due_assign')).toHaveProperty('proof_zh')
    expect(seen.shape.acts[0]?.place).toBeGreaterThan(0)
  })

  test('a phone that is opened again works at once for the same person', async () => {
    const phone = await phoneOf('wg4')
    const [home] = await phone.say(household())
    await phone.sync()
    phone.device.stop()
    const again = new Phone(phone.device.app, phone.line)
    phone.line.isUp = false
    expect(await again.device.start()).toBeUndefined()
    expect(again.seat.session).toMatchObject({ account: 'wg4' })
    expect(await again.see(home)).toMatchObject({ waiting: 0, shape: { stage: 'living' } })
    await again.say(household('张秀英'))
    expect((await again.waiting()).ops).toBe(1)
  })
})

describe('a bad line', () => {
  test('a reply that was lost: the op is sent again and counts once', async () => {
    const phone = await phoneOf('wg5')
    phone.line.isUp = false
    const [home = ''] = await phone.say(household())
    phone.line.isUp = true
    phone.line.bend = async (send) => {
      await send()
      throw new TypeError('connection reset')
    }
    expect(await phone.sync()).toBe('offline')
    expect((await phone.waiting()).ops).toBe(1)
    phone.line.bend = undefined
    expect(await phone.sync()).toBe('nothing')
    expect([(await phone.waiting()).ops, await phone.timesLogged(home)]).toEqual([0, 1])
  })

  const html = (): Promise<Response> => Promise.resolve(new Response('<html>免费上网</html>', { headers: { 'Content-Type': 'text/html' } }))
  const bent = (change: (read: Record<string, unknown>) => unknown): Bend => async (send) => bentJson(await send(), change)
  const untrue: readonly [string, TroubleName, Bend][] = [
    ['a portal that answers everything with its page', 'not_our_server', html],
    ['a portal that forbids', 'not_our_server', () => Promise.resolve(new Response('<html>', { status: 403 }))],
    ['a portal that sends elsewhere', 'not_our_server', () => Promise.resolve(new Response(null, { status: 302, headers: { Location: 'http://portal' } }))],
    ['a torn reply', 'not_our_server', async (send) => new Response((await (await send()).text()).slice(0, -9))],
    ['a reply with a receipt of the wrong form', 'not_our_server', bent((read) => ({ ...read, receipts: [{ seq: 'one' }] }))],
    ['a reply in a newer language', 'update_needed', bent((read) => ({ ...read, v: 99 }))],
    ['a server that lacks what it once received', 'gap', bent((read) => ({ ...read, next_seq: 0, receipts: [] }))],
    ['a server that fails', 'server', () => Promise.resolve(new Response('oops', { status: 502 }))],
    ['a server that asks to wait', 'busy', () => Promise.resolve(new Response('{"why":"busy"}', { status: 503, headers: { 'Retry-After': '7' } }))],
  ]

  test.each(untrue)('%s: nothing changes, and it is said', async (_name, word, bend) => {
    const phone = await phoneOf('wg6')
    phone.line.isUp = false
    const [home = ''] = await phone.say(household())
    const before = await phone.seat.shelf.read(['meta', 'outbox', 'log'], async (tx) => {
      return [await tx.objectStore('meta').getAll(), await tx.objectStore('outbox').getAll(), await tx.objectStore('log').getAll()]
    })
    phone.line.isUp = true
    phone.line.bend = bend
    expect(await phone.sync()).toBe(word)
    const after = await phone.seat.shelf.read(['meta', 'outbox', 'log'], async (tx) => {
      return [await tx.objectStore('meta').getAll(), await tx.objectStore('outbox').getAll(), await tx.objectStore('log').getAll()]
    })
    expect(after).toEqual(before)
    phone.line.bend = undefined
    expect(await phone.sync()).toBe('nothing')
    expect([(await phone.waiting()).ops, await phone.timesLogged(home)]).toEqual([0, 1])
  })

  test('a server that takes less at once gets halves, and in the end everything', async () => {
    const phone = await phoneOf('wg7')
    phone.line.isUp = false
    await phone.say(...Array.from({ length: 40 }, (_, at) => household(`王小${at}`)))
    phone.line.isUp = true
    phone.line.bend = async (send, path, init) => {
      const ops = path === '/exchange' ? await opsIn(init) : []
      if (path === '/exchange') sizes.push(ops.length)
      if (ops.length > 6) return new Response('{"why":"ask_too_large"}', { status: 413 })
      return send()
    }
    const sizes: number[] = []
    expect(await phone.sync()).toBe('nothing')
    expect((await phone.waiting()).ops).toBe(0)
    // Halves until it is taken; after each that went, more is tried again.
    expect(sizes.slice(0, 6)).toEqual([40, 20, 10, 5, 10, 5])
  })

  test('a line that is cut gets half as much at the next try, and more again as it carries', async () => {
    const phone = await phoneOf('wg7')
    phone.line.isUp = false
    await phone.say(...Array.from({ length: 100 }, (_, at) => household(`李小${at}`)))
    await phone.sync()
    phone.line.isUp = true
    const asks: { size: number; cut: boolean }[] = []
    phone.line.bend = async (send, path, init) => {
      const size = path === '/exchange' ? (await opsIn(init)).length : 0
      if (size > 0) asks.push({ size, cut: size > 12 })
      if (size > 12) throw new TypeError('network error')
      return send()
    }
    const left = async (): Promise<number> => (await phone.waiting()).ops
    for (let tries = 0; tries < 40 && (await left()) > 0; tries += 1) await phone.sync()
    expect(await left()).toBe(0)
    const pairs = asks.slice(1).map(({ size }, at) => ({ size, before: asks[at] }))
    const halved = pairs.filter(({ before }) => before?.cut === true)
    const grown = pairs.filter(({ before }) => before?.cut === false)
    expect(halved.length).toBeGreaterThan(1)
    for (const { size, before } of halved) expect(size).toBe(Math.max(8, Math.ceil((before?.size ?? 0) / 2)))
    expect(grown.some(({ size, before }) => size > (before?.size ?? 0))).toBe(true)
  })

  test('a line that never carries anything brings a batch down to a few ops and no further', () => {
    const batch = new Batch()
    for (const sent of [500, 250, 125, 63, 32, 16, 8, 8]) batch.failed({ trouble: 'slow' }, sent)
    expect(batch.ops).toBe(8)
    batch.failed({ trouble: 'server' }, 8)
    batch.went()
    expect(batch.ops).toBe(16)
  })

  test('a long queue goes in several asks, packed, in the order it was made', async () => {
    const phone = await phoneOf('wg8')
    phone.line.isUp = false
    await phone.say(...Array.from({ length: 510 }, (_, at) => household(`王小${at}`)))
    phone.line.isUp = true
    phone.line.sent.length = 0
    expect(await phone.sync()).toBe('nothing')
    expect((await phone.waiting()).ops).toBe(0)
    const asks = phone.line.sent.filter((one) => one.path === '/exchange')
    expect((await Promise.all(asks.map((one) => opsIn(one.init)))).map((ops) => ops.length).slice(0, 2)).toEqual([500, 10])
    expect(new Headers(asks[0]?.init.headers).get('Content-Encoding')).toBe('gzip')
    const own = [...((await phone.known.kind('household'))?.values() ?? [])].filter((seen) => seen.shape.acts[0]?.actor === phone.seat.session.person)
    expect(own).toHaveLength(510)
  }, 30_000)

  test('while the server asks to wait, a new op does not knock; a person may', async () => {
    const phone = await phoneOf('wg9')
    phone.line.bend = () => Promise.resolve(new Response('{"why":"busy"}', { status: 503, headers: { 'Retry-After': '30' } }))
    expect(await phone.sync()).toBe('busy')
    phone.line.sent.length = 0
    await phone.say(household())
    await phone.device.poke('op')
    expect(phone.line.sent).toHaveLength(0)
    phone.line.bend = undefined
    expect(await phone.sync()).toBe('nothing')
  })
})

async function opsIn(init: RequestInit): Promise<string[]> {
  const body = init.body as Blob
  const isPacked = new Headers(init.headers).get('Content-Encoding') === 'gzip'
  const plain = isPacked ? body.stream().pipeThrough(new DecompressionStream('gzip')) : body.stream()
  return ((await new Response(plain).json()) as { ops: string[] }).ops
}

describe('entering', () => {
  test('a token that has run out is renewed by the cookie, and nobody notices', async () => {
    const phone = await phoneOf('wg10')
    let isFirst = true
    phone.line.bend = (send, path) => {
      if (path !== '/exchange' || !isFirst) return send()
      isFirst = false
      return Promise.resolve(new Response('{"why":"token_expired"}', { status: 401 }))
    }
    const [home] = await phone.say(household())
    expect(await phone.sync()).toBe('nothing')
    expect(await phone.see(home)).toMatchObject({ waiting: 0 })
  })

  test('without a cookie the password is asked for, what waits stays, and goes after the same person enters', async () => {
    const phone = await phoneOf('wg11')
    phone.device.stop()
    const again = new Phone(phone.device.app, phone.line)
    phone.line.loseCookies()
    await again.device.start()
    expect(await again.sync()).toBe('enter_again')
    const [home] = await again.say(household())
    expect((await again.waiting()).ops).toBe(1)
    await again.enter('wg11')
    expect(await again.see(home)).toMatchObject({ waiting: 0, shape: { stage: 'living' } })
    expect(again.seat.session.device).toBe(home?.slice('household/'.length).split('.')[0])
  })

  test('a wrong password is told as the server words it', async () => {
    const phone = new Phone()
    const answer = await phone.device.enter('wg12', 'not the password')
    expect(isTrouble(answer) && answer.problem).toMatchObject({ status: 401, why: 'wrong_password' })
  })

  test("two persons on one phone: neither sees or sends the other's, and nothing is lost", async () => {
    const phone = await phoneOf('wg13')
    phone.line.isUp = false
    const [home = ''] = await phone.say(household())
    expect(await phone.device.leave('forget')).toBe(1)
    expect(await phone.device.leave('keep')).toBe(0)
    phone.line.isUp = true
    await phone.enter('wg14')
    expect((await phone.waiting()).ops).toBe(0)
    expect(await phone.known.subject(home)).toBeUndefined()
    expect(await phone.sync()).toBe('nothing')
    await phone.device.leave('keep')
    await phone.enter('wg13')
    expect([(await phone.waiting()).ops, await phone.timesLogged(home)]).toEqual([0, 1])
  })

  test('a round that is still under way when another person enters goes under the name of the first, or not at all', async () => {
    const phone = await phoneOf('wg20')
    phone.line.isUp = false
    const [home = ''] = await phone.say(household())
    phone.line.isUp = true
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    phone.line.bend = async (send, path) => {
      if (path === '/exchange') await held
      return send()
    }
    // The round has read the outbox and stands before the network while the next person takes the phone.
    const round = phone.device.poke('person')
    await phone.device.leave('keep')
    const entering = phone.device.enter('wg21', PASSWORD)
    await sureOf(entering)
    release()
    await round
    phone.line.bend = undefined
    await phone.device.leave('keep')
    await phone.enter('wg20')
    expect(await phone.waiting()).toMatchObject({ ops: 0, refused: [] })
    expect(await phone.timesLogged(home)).toBe(1)
  })

  test('who has sent everything may leave for good, and the store is gone', async () => {
    const phone = await phoneOf('wg15')
    await phone.say(household())
    await phone.sync()
    const { name } = phone.seat.shelf
    expect(await phone.device.leave('forget')).toBe(0)
    expect(phone.device.seat).toBeUndefined()
    expect((await indexedDB.databases()).map((one) => one.name)).not.toContain(name)
  })
})

describe('the fate of each op', () => {
  test('one that the server refuses is kept and told, and the one behind it goes on', async () => {
    const phone = await phoneOf('wg16')
    const [, home] = await phone.say(
      { name: 'edit', subject: 'household/dnobody.7', grid: '', fields: { remark: '查无此户' } },
      household(),
    )
    expect(await phone.sync()).toBe('nothing')
    const { ops, refused } = await phone.waiting()
    expect(ops).toBe(0)
    expect(refused).toMatchObject([{ name: 'edit', subject: 'household/dnobody.7', fate: 'refused', why: 'unknown_subject', read: false }])
    expect(await phone.see(home)).toMatchObject({ shape: { stage: 'living' } })
  })

  test('two workers edit one household at once: both see what holds and what lost', async () => {
    const [a, b] = [await phoneOf('wg1'), await phoneOf('wg2')]
    const [home = ''] = await a.say(household())
    await a.sync()
    await b.sync()
    const stamps = seenOf((await b.see(home)).shape, ['address'])
    a.line.isUp = b.line.isUp = false
    const edit = (address: string): Intent => ({ name: 'edit', subject: home, grid: '', fields: { address }, seen: stamps })
    await a.say(edit('刘湖村一组1号'))
    await b.say(edit('刘湖村一组2号'))
    a.line.isUp = true
    await a.sync()
    b.line.isUp = true
    await b.sync()
    await a.sync()
    for (const phone of [a, b]) {
      const { address } = (await phone.see(home)).shape.fields
      expect([address?.now.value, address?.lost.map((held) => held.value)]).toEqual(['刘湖村一组2号', ['刘湖村一组1号']])
    }
  })

  test('a grid that was lost is forgotten only when nothing of it is unsent', async () => {
    const phone = await phoneOf('wg17')
    const grid = await phone.grid()
    await phone.say(household())
    await phone.sync()
    phone.line.isUp = false
    await phone.say(household('张秀英'))
    phone.line.isUp = true
    const places = (): Promise<Readonly<Record<string, number>> | undefined> => sureOf(phone.seat.shelf.read(['meta'], (tx) => meta(tx, 'places')))
    phone.line.bend = async (send, path) => {
      const response = await send()
      return path === '/exchange' ? bentJson(response, (read) => ({ ...read, scope: [], changes: {}, receipts: [] })) : response
    }
    await phone.sync()
    expect([(await phone.waiting()).ops, Object.keys((await places()) ?? {})]).toEqual([1, [grid]])
    phone.line.bend = async (send, path) => {
      const response = await send()
      return path === '/exchange' ? bentJson(response, (read) => ({ ...read, scope: [], changes: {} })) : response
    }
    await phone.sync()
    expect([(await phone.waiting()).ops, await places()]).toEqual([0, {}])
    expect(await sureOf(phone.seat.shelf.read(['log'], (tx) => tx.objectStore('log').count()))).toBe(0)
  })
})

describe('two tabs', () => {
  test('say and send at the same time, and every op counts once', async () => {
    const one = await phoneOf('wg18')
    const two = new Phone(one.device.app, one.line)
    await two.device.start()
    const names = Array.from({ length: 24 }, (_, at) => household(`李小${at}`))
    const homes = (await Promise.all(names.map((name, at) => (at % 2 ? one : two).say(name)))).flat()
    await Promise.all([one.sync(), two.sync(), one.sync(), two.sync()])
    expect((await one.waiting()).ops).toBe(0)
    expect(await Promise.all(homes.map((home) => two.timesLogged(home)))).toEqual(homes.map(() => 1))
    expect((await two.waiting()).refused).toEqual([])
  })
})

describe('photos', () => {
  const picture = png(20, 1)

  test('wait for the receipt of the op that names them, count as waiting, and can then be seen on another phone', async () => {
    const phone = await phoneOf('wg1')
    const photo = await sureOf(keepBytes(phone.seat.shelf, picture, Date.now()))
    expect((await phone.waiting()).photos).toBe(0)
    phone.line.bend = (send, path) => (path.startsWith('/uploads') ? Promise.reject(new TypeError('gone')) : send())
    const [matter] = await phone.say(issue('路灯坏了三天', { photos: [photo] }))
    expect(await phone.sync()).toBe('offline')
    expect(await phone.waiting()).toMatchObject({ ops: 0, photos: 1, subjects: [matter] })
    phone.line.bend = undefined
    expect(await phone.sync()).toBe('nothing')
    expect(await phone.waiting()).toMatchObject({ ops: 0, photos: 0 })
    const other = await phoneOf('wg2')
    const seen = await sureOf(other.device.photoBlob(photo.hash))
    // The server has made it anew: what is served is the picture alone.
    expect(seen.type).toBe('image/webp')
  })

  test('of a refused op are kept and not sent', async () => {
    const phone = await phoneOf('wg19')
    const photo = await sureOf(keepBytes(phone.seat.shelf, picture, Date.now()))
    await phone.say({ name: 'edit', subject: 'issue/dnobody.7', grid: '', fields: { photos: [photo] } })
    expect(await phone.sync()).toBe('nothing')
    expect(await phone.waiting()).toMatchObject({ ops: 0, photos: 0, refused: [{ why: 'unknown_subject' }] })
    expect(phone.line.sent.filter((one) => one.path.startsWith('/uploads'))).toEqual([])
    expect(await sureOf(phone.seat.shelf.read(['photos'], (tx) => tx.objectStore('photos').count()))).toBe(1)
  })
})
