// Photos and voices on the phone: sealed where they lie, and sent in pieces that go on where the line broke, against the real server.
import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { photoBlob } from '../../pwa/src/device/files'
import { keepBytes, type Photo } from '../../pwa/src/device/photos'
import { clearSentPhotos } from '../../pwa/src/device/room'
import { setMeta, type PictureRow, type Shelf } from '../../pwa/src/device/shelf'
import { vaultOf } from '../../pwa/src/device/vault'
import { shownIn } from '../../pwa/src/seen'
import { Phone, phoneOf, stopPhones } from './phones'
import { png } from './pictures'
import { startServer, type Bend, type Running } from './server'
import { enteredShelf, issue, NOW, sureOf, withFault } from './shelves'

// A real server, and cryptography: on a busy machine this takes its time.
vi.setConfig({ testTimeout: 60_000 })

let server: Running

beforeAll(async () => {
  server = await startServer()
  Phone.base = server.base
}, 90_000)

afterAll(() => server.stop())
afterEach(stopPhones)

/** A phone on which a saved matter names this photo, as its network comes back, bent or not. */
async function naming(account: string, picture: Blob, bend?: Bend): Promise<{ phone: Phone; photo: Photo }> {
  const phone = await phoneOf(account)
  phone.line.isUp = false
  const photo = await sureOf(keepBytes(phone.seat.shelf, picture, Date.now()))
  await phone.say(issue('路灯坏了三天', { photos: [photo] }))
  expect(await phone.sync()).toBe('offline')
  phone.line.bend = bend
  phone.line.isUp = true
  return { phone, photo }
}

/** What each piece says arrives, and the answer to it does not. */
const losing: Bend = async (send, _path, init) => {
  const answer = await send()
  if (init.method === 'PATCH') throw new TypeError('gone')
  return answer
}

async function pictures(shelf: Shelf): Promise<PictureRow[]> {
  return sureOf(shelf.read(['pictures'], (tx) => tx.objectStore('pictures').getAll()))
}

/** Bytes of the pieces that went over the line. */
function sentBytes(phone: Phone): number {
  const pieces = phone.line.sent.filter(({ init }) => init.method === 'PATCH').map(({ init }) => (init.body as Blob).size)
  return pieces.reduce((sum, size) => sum + size, 0)
}

describe('sent in pieces', () => {
  test('a line that breaks at every piece brings the photo whole, and no byte twice', async () => {
    const picture = png(600, 1)
    let pieces = 0
    const { phone, photo } = await naming('wg2', picture, async (send, _path, init) => {
      if (init.method === 'PATCH' && (pieces += 1) % 2 === 0) throw new TypeError('gone')
      return send()
    })
    let tries = 0
    while ((await phone.sync()) === 'offline' && (tries += 1) < 50);
    expect(tries).toBeGreaterThan(0)
    expect(await phone.waiting()).toMatchObject({ ops: 0, photos: 0 })
    phone.line.bend = undefined
    const came = phone.line.sent.filter(({ init }) => init.method === 'POST' && init.headers instanceof Headers && init.headers.has('Upload-Length'))
    expect(came).toHaveLength(1)
    const other = await phoneOf('wg2')
    expect((await sureOf(other.device.photoBlob(photo.hash))).type).toBe('image/webp')
  })

  test('an answer that was lost: the phone asks where the server stands and goes on there', async () => {
    const picture = png(400, 2)
    const { phone } = await naming('wg3', picture, losing)
    expect(await phone.sync()).toBe('offline')
    phone.line.bend = undefined
    expect(await phone.sync()).toBe('nothing')
    expect(await phone.waiting()).toMatchObject({ photos: 0 })
    expect(sentBytes(phone)).toBe(picture.size)
  })

  test('a last answer that was lost: nothing is sent again, and the photo counts as sent', async () => {
    const picture = png(100, 3)
    const { phone } = await naming('wg4', picture, losing)
    expect(await phone.sync()).toBe('offline')
    expect(await phone.waiting()).toMatchObject({ photos: 1 })
    phone.line.bend = undefined
    expect(await phone.sync()).toBe('nothing')
    expect(await phone.waiting()).toMatchObject({ photos: 0 })
    expect(sentBytes(phone)).toBe(picture.size)
  })

  test('an upload that the server no longer knows is begun anew', async () => {
    const { phone, photo } = await naming('wg5', png(100, 4))
    await sureOf(
      phone.seat.shelf.write(['photos'], async (tx) => {
        const row = await tx.objectStore('photos').get(photo.hash)
        if (row !== undefined) await tx.objectStore('photos').put({ ...row, where: `/uploads/${'0'.repeat(32)}` })
        return true
      }),
    )
    expect(await phone.sync()).toBe('nothing')
    expect(await phone.waiting()).toMatchObject({ photos: 0 })
  })

  test('what is no photo after all is set aside with the reason, and holds up no other', async () => {
    const { phone, photo } = await naming('wg6', new Blob(['<html>'], { type: 'image/png' }))
    const good = await sureOf(keepBytes(phone.seat.shelf, png(50, 5), Date.now()))
    await phone.say(issue('井盖坏了', { photos: [good] }))
    expect(await phone.sync()).toBe('nothing')
    expect(await phone.waiting()).toMatchObject({ photos: 0 })
    const row = await sureOf(phone.seat.shelf.read(['photos'], (tx) => tx.objectStore('photos').get(photo.hash)))
    expect(row).toMatchObject({ state: 'aside', why: 'not_a_photo' })
    expect((await phone.waiting()).aside).toMatchObject([{ hash: photo.hash, why: 'not_a_photo' }])
    expect(await pictures(phone.seat.shelf)).toHaveLength(2)
  })

  test('how far it has come is told while it goes', async () => {
    const picture = png(500, 6)
    const { phone, photo } = await naming('wg7', picture)
    const told: number[] = []
    phone.device.listen(({ sending }) => sending?.file && told.push(sending.file.sent))
    await phone.sync()
    expect(told[0]).toBe(0)
    expect(told.at(-1)).toBe(photo.bytes)
    expect(told).toEqual([...told].sort((a, b) => a - b))
    expect(told.length).toBeGreaterThan(2)
  })
})

describe('a voice', () => {
  const spoken = new Blob([new Uint8Array([0x1a, 0x45, 0xdf, 0xa3]), 'B\x82\x84webm', 'words'.repeat(999)], { type: 'audio/webm;codecs=opus' })

  test('is counted apart with its size, goes like a photo, and is given back as it was spoken', async () => {
    const phone = await phoneOf('wg8')
    phone.line.isUp = false
    const kept = await sureOf(phone.device.keepVoice(spoken))
    const [matter] = await phone.say(issue('路灯坏了三天', { voices: [{ ...kept, ms: 61_000 }] }))
    expect(await phone.sync()).toBe('offline')
    const waiting = await phone.waiting()
    expect(waiting.files).toMatchObject([{ kind: 'voice', size: spoken.size, subject: matter, sent: undefined, why: undefined }])
    phone.line.isUp = true
    expect(await phone.sync()).toBe('nothing')
    expect((await phone.waiting()).files).toEqual([])
    const other = await phoneOf('wg8')
    const heard = await sureOf(other.device.photoBlob(kept.hash))
    expect(heard.type).toBe('audio/webm')
    expect(await heard.text()).toBe(await spoken.text())
  })

  test('that has not come yet is told to be on the phone of who spoke of it', async () => {
    const phone = await phoneOf('wg9')
    const kept = await sureOf(phone.device.keepVoice(spoken))
    const [matter] = await phone.say(issue('路灯坏了三天', { voices: [{ ...kept, ms: 61_000 }] }))
    const seen = await phone.see(matter)
    expect(shownIn(seen, kept.hash)).toMatchObject({ actor: phone.seat.session.person, role: 'grid_worker' })
    expect(shownIn(seen, '0'.repeat(64))).toBeUndefined()
  })
})

describe('at rest', () => {
  const MARK = 'a face that nobody else shall see'
  const marked = new Blob([MARK.repeat(200)], { type: 'image/jpeg' })

  test('a picture lies sealed, by a key that no script can take out, under a nonce of its own', async () => {
    const shelf = await enteredShelf()
    const { hash } = await sureOf(keepBytes(shelf, marked, NOW))
    const [first] = await pictures(shelf)
    await keepBytes(shelf, marked, NOW)
    const [second] = await pictures(shelf)
    if (first === undefined || second === undefined) throw new Error('nothing was kept')
    expect(Buffer.from(first.sealed).includes(MARK)).toBe(false)
    expect(Buffer.from(first.nonce).equals(Buffer.from(second.nonce))).toBe(false)
    const { key } = await sureOf(vaultOf(shelf))
    await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow()
    expect((await sureOf(vaultOf(shelf))).key.extractable).toBe(false)
    const seen = await sureOf(photoBlob(shelf, {} as never, {} as never, hash))
    expect(createHash('sha256').update(Buffer.from(await seen.arrayBuffer())).digest('hex')).toBe(hash)
  })

  test('a picture that was changed, or laid where another lay, is not shown for it', async () => {
    const shelf = await enteredShelf()
    const one = await sureOf(keepBytes(shelf, marked, NOW))
    const two = await sureOf(keepBytes(shelf, new Blob(['another']), NOW))
    const row = (await pictures(shelf)).find(({ hash }) => hash === two.hash)
    if (row === undefined) throw new Error('nothing was kept')
    const put = (changed: PictureRow): Promise<unknown> => sureOf(shelf.write(['pictures'], async (tx) => tx.objectStore('pictures').put(changed)))
    await put({ ...row, hash: one.hash })
    expect(await photoBlob(shelf, {} as never, {} as never, one.hash)).toMatchObject({ trouble: 'broken' })
    await put({ ...row, sealed: new Uint8Array(row.sealed).map((byte, at) => (at === 0 ? byte ^ 1 : byte)).buffer })
    expect(await photoBlob(shelf, {} as never, {} as never, two.hash)).toMatchObject({ trouble: 'broken' })
  })

  test('two tabs that make the key at once have one', async () => {
    const shelf = await enteredShelf()
    const kept = await Promise.all([1, 2, 3].map((n) => sureOf(keepBytes(shelf, new Blob([`picture ${n}`]), NOW))))
    for (const { hash } of kept) expect(await sureOf(photoBlob(shelf, {} as never, {} as never, hash))).toBeInstanceOf(Blob)
  })

  test('a phone without room says so at once, and keeps nothing half', async () => {
    // The picture's bytes, and what is known of it: whichever of the two finds no room.
    for (const at of [1, 2]) {
      const shelf = await enteredShelf()
      await sureOf(vaultOf(shelf))
      const tried = await withFault(shelf, { at, error: 'QuotaExceededError', writing: true }, () => keepBytes(shelf, marked, NOW))
      expect([tried.isReached, tried.result]).toMatchObject([true, { trouble: 'full' }])
      expect([await pictures(shelf), await sureOf(shelf.read(['photos'], (tx) => tx.objectStore('photos').count()))]).toEqual([[], 0])
      expect(await keepBytes(shelf, marked, NOW)).toMatchObject({ bytes: marked.size })
    }
  })

  test('what the server has stays until no backup can lack it; where room is short the oldest goes first, and nothing that waits', async () => {
    const shelf = await enteredShelf()
    const DAY_MS = 24 * 3600 * 1000
    const kept = await Promise.all(['old', 'older', 'young', 'waits'].map((words) => sureOf(keepBytes(shelf, new Blob([words]), NOW))))
    const [old, older, young, waits] = kept.map(({ hash }) => hash)
    const here = async (): Promise<unknown> => sureOf(shelf.read(['photos'], async (tx) => (await tx.objectStore('photos').getAllKeys()).sort()))
    await sureOf(
      shelf.write(['meta', 'photos'], async (tx) => {
        await setMeta(tx, 'contact', { at_ms: NOW + 9 * DAY_MS, skew_ms: 9 * DAY_MS })
        for (const row of await tx.objectStore('photos').getAll()) {
          const sent_ms = row.hash === older ? NOW - 36 * DAY_MS : row.hash === old ? NOW - 34 * DAY_MS : NOW
          await tx.objectStore('photos').put({ ...row, ...(row.hash === waits ? { state: 'bound' } : { state: 'sent', sent_ms }) })
        }
        return true
      }),
    )
    await clearSentPhotos(shelf)
    expect(await here()).toEqual([old, young, waits].sort())
    const MIB = 1024 * 1024
    vi.stubGlobal('navigator', { storage: { estimate: () => Promise.resolve({ quota: 100 * MIB, usage: 36 * MIB + 2 }) } })
    await clearSentPhotos(shelf)
    vi.unstubAllGlobals()
    expect(await here()).toEqual([young, waits].sort())
    const tried = await withFault(shelf, { at: 1, error: 'QuotaExceededError', writing: true }, () => keepBytes(shelf, marked, NOW))
    expect(tried).toMatchObject({ isReached: true, result: { bytes: marked.size } })
    expect(await here()).toEqual([waits, (tried.result as Photo).hash].sort())
  })
})
