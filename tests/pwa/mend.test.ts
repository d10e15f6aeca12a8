// What phones promise when the server was restored from a backup: what any of them held comes back by itself, and each goes on working.
import { rm } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { keepBytes } from '../../pwa/src/device/photos'
import { meta } from '../../pwa/src/device/shelf'
import { isTrouble } from '../../pwa/src/device/trouble'
import { isUnreadable, readReply, WIRE_VERSION } from '../../pwa/src/sync/wire'
import { Phone, phoneOf, stopPhones } from './phones'
import { png } from './pictures'
import { command, startServer, type Running } from './server'
import { household, issue, sureOf } from './shelves'

let server: Running

beforeAll(async () => {
  server = await startServer()
  Phone.base = server.base
}, 120_000)

afterAll(() => server.stop())
afterEach(stopPhones)

/** What the phone makes of its grid: every act and value with its place and time, so that equal shapes come of equal logs. */
const shapesOf = (phone: Phone): Promise<Readonly<Record<string, unknown>>> =>
  sureOf(phone.seat.shelf.read(['shapes'], async (tx) => Object.fromEntries((await tx.objectStore('shapes').getAll()).map(({ subject, shape }) => [subject, shape]))))
/** The grid's whole log as the server tells it to this phone, place by place with its times. */
async function logOf(phone: Phone): Promise<readonly string[]> {
  const { device } = phone.seat.session
  const grid = await phone.grid()
  const epoch = await sureOf(phone.seat.shelf.read(['meta'], (tx) => meta(tx, 'epoch')))
  const rows: string[] = []
  for (;;) {
    const ask = { v: WIRE_VERSION, device, epoch, clock_ms: Date.now(), places: { [grid]: rows.length }, heard: '', ops: [] }
    const headers = { 'Content-Type': 'application/json' }
    const answer = await sureOf(phone.device.ask({ method: 'POST', path: '/exchange', headers, body: new Blob([JSON.stringify(ask)]) }))
    const reply = readReply(await answer.body.text())
    const came = isUnreadable(reply) ? undefined : reply.changes[grid]
    if (came === undefined || came.ops.length === 0) return rows
    rows.push(...came.ops.map(({ place, placed_ms, credited_ms, role, text }) => [place, placed_ms, credited_ms, role, text].join(' ')))
  }
}

/** What of the log lies on the phone itself: a grid that lost something comes back as a snapshot, and only its tail as ops. */
const keptOn = (phone: Phone): Promise<readonly string[]> =>
  sureOf(phone.seat.shelf.read(['log'], async (tx) => (await tx.objectStore('log').getAll()).map((row) => [row.place, row.placed_ms, row.credited_ms, row.role, row.text].join(' '))))

const offersOn = (phone: Phone): Promise<number> => sureOf(phone.seat.shelf.read(['offers'], async (tx) => (await tx.objectStore('offers').getAll()).filter(({ given }) => given !== true).length))

test('a day that came after the backup is brought back by the phones, and every log is as it was', async () => {
  const [a, b] = [await phoneOf('wg1'), await phoneOf('wg2')]
  await a.say(household())
  await a.sync()
  const backup = `${server.folder}.backup`
  await command(server.folder, 'backup', backup)
  await a.say(issue(), { name: 'edit', subject: 'household/dnobody.7', grid: '', fields: { remark: '查无此户' } }, household('张秀英'))
  await a.sync()
  const photo = await sureOf(keepBytes(b.seat.shelf, png(50, 1), Date.now()))
  await b.say(issue('井盖不见了', { photos: [photo] }))
  expect([await b.sync(), (await b.waiting()).photos]).toEqual(['nothing', 0])
  await a.sync()
  const [before, log] = [await shapesOf(a), await logOf(a)]
  expect(log.length).toBeGreaterThan(6)
  expect(log).toEqual(expect.arrayContaining([...(await keptOn(a))]))
  b.line.isUp = false
  const [waiting = ''] = await b.say(household('李小红'))
  const port = Number(new URL(server.base).port)
  await server.stop()
  await command(server.folder, 'restore', backup)
  server = await startServer({ folder: server.folder, port })
  await a.enter('wg1')
  expect([await a.sync(), await offersOn(a)]).toEqual(['nothing', 0])
  expect([await shapesOf(a), await logOf(a)]).toEqual([before, log])
  // The record is back by another's phone, its photo only lies where it was taken.
  expect(isTrouble(await a.device.photoBlob(photo.hash))).toBe(true)
  expect(log).toEqual(expect.arrayContaining([...(await keptOn(a))]))
  b.line.isUp = true
  await b.enter('wg2')
  expect([await b.sync(), await offersOn(b), (await b.waiting()).ops, (await b.waiting()).photos]).toEqual(['nothing', 0, 0, 0])
  expect(await sureOf(a.device.photoBlob(photo.hash))).toMatchObject({ type: 'image/webp' })
  expect(await b.see(waiting)).toMatchObject({ waiting: 0, shape: { stage: 'living' } })
  await a.sync()
  expect(await shapesOf(a)).toMatchObject(before)
  expect((await logOf(a)).slice(0, log.length)).toEqual(log)
  expect((await a.waiting()).refused).toHaveLength(1)
  await a.say(household('王小明'))
  expect([await a.sync(), (await a.waiting()).ops]).toEqual(['nothing', 0])
  const health = (await (await fetch(`${server.base}/health`)).json()) as { missing: number; alarms: number }
  expect(health).toMatchObject({ missing: 0, alarms: 0 })

  // The same backup once more: what was offered back came to this phone again in folded form alone.
  const later = await logOf(a)
  b.line.isUp = false
  await server.stop()
  await command(server.folder, 'restore', backup)
  server = await startServer({ folder: server.folder, port })
  await rm(backup)
  await a.enter('wg1')
  expect([await a.sync(), await offersOn(a)]).toEqual(['nothing', 0])
  expect((await logOf(a)).slice(0, log.length)).toEqual(later.slice(0, log.length))
}, 180_000)
