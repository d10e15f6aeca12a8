// The two doors as pages use them: the phone's and the desk's, over the real server, one matter the whole way.
import 'fake-indexeddb/auto'
import { effectScope, nextTick, type EffectScope } from 'vue'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import * as phone from '../../pwa/src/subjects'
import * as desk from '../../pwa/src/subjects_desk'
import { Line, PASSWORD, startServer, type Running } from './server'
import { household, issue } from './shelves'

let server: Running
let line: Line
let scope: EffectScope

beforeAll(async () => {
  server = await startServer()
  line = new Line(server.base)
  // A page's own server is where the page came from.
  vi.stubGlobal('fetch', line.fetchOver(globalThis.fetch))
  vi.stubGlobal('location', { origin: server.base })
  scope = effectScope()
}, 90_000)

afterAll(async () => {
  scope.stop()
  vi.unstubAllGlobals()
  await phone.useSession().leave('keep')
  await desk.useSession().leave('keep')
  await server.stop()
})

function sure<T>(answer: T | phone.Trouble): T {
  if (phone.isTrouble(answer)) throw new Error(JSON.stringify(answer))
  return answer
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('not there')
  return value
}

async function until(holds: () => unknown): Promise<void> {
  await vi.waitFor(() => expect(holds()).toBeTruthy(), { timeout: 10_000, interval: 20 })
  await nextTick()
}

test('a matter goes from a phone without network to the desk and back', async () => {
  expect(await phone.startPhone()).toBeUndefined()
  expect(phone.useSession().session.value).toBeUndefined()
  const entered = await phone.useSession().enter('wg1', PASSWORD)
  if (!entered.ok) throw new Error(JSON.stringify(entered.trouble))
  const { person, name, scope: grids } = entered.session
  const grid = grids[0]?.grid ?? ''
  expect(phone.nameOf(person)).toBe(name)
  await phone.syncNow()
  await until(() => phone.useBook().value)

  // On the phone, without a network: a household, and an issue with its link.
  line.isUp = false
  const { rows } = scope.run(() => phone.useList('issue', () => ({ grid, text: '路灯' }))) ?? {}
  const link = phone.newLink()
  const said = await phone.sayAll([
    { name: 'register', what: { kind: 'household', grid, fields: household().fields } },
    { name: 'register', what: { kind: 'issue', grid, fields: { ...issue().fields, responder: { person, name } }, link } },
  ])
  if (!said.ok) throw new Error(JSON.stringify(said))
  const id = said.said[1]?.subject ?? ''
  const seen = scope.run(() => phone.useSubject(() => id))
  await until(() => seen?.value?.waiting === 1 && rows?.value.length === 1)
  expect(phone.reachOf(there(rows?.value[0]))).toBe('here')
  expect(await phone.linkOf(id)).toMatch(new RegExp(`^${server.base}/r/${link.token}\\.${id.slice(6)}\\.[0-9a-f]{12}$`))
  await until(() => phone.useWaiting().value.ops === 2)

  // The network is back; the worker hands it to the town.
  line.isUp = true
  await phone.syncNow()
  await until(() => seen?.value?.waiting === 0 && phone.useWaiting().value.ops === 0)
  const now = there(seen?.value)
  expect(phone.movesOf(now)).toContain('triage')
  const proposal = phone.valueOf(now, 'proposal') as { rule: string; reason_zh: string; reason_en: string; book: string }
  const { rule, reason_zh, reason_en, book } = proposal
  const triage = { track: 'escalate_to_town', rule, reason_zh, reason_en, book, urgency: 'normal' }
  expect(await phone.say('triage', { subject: id, grid, fields: triage })).toMatchObject({ ok: true, subject: id })
  await phone.syncNow()
  await until(() => seen?.value?.shape.stage === 'work_order')

  // At the desk: in the queue, accepted with a name, answered.
  expect(await desk.openDesk()).toBeUndefined()
  expect(await desk.useSession().enter('zhen1', PASSWORD)).toMatchObject({ ok: true })
  expect(sure(await desk.queueOf({ stages: ['work_order'] })).items.map((item) => item.subject)).toContain(id)
  const accept = { handler_unit: '镇为民服务中心', handler_name: '周明', handler_phone: '15400001234' }
  expect(await desk.say('accept', { subject: id, grid, fields: accept })).toMatchObject({ ok: true, subject: id })
  const opened = sure(await desk.issueOf(id))
  expect(opened.issue).toMatchObject({ waiting: 0, shape: { stage: 'work_order' } })
  expect(desk.movesOf(opened.issue)).toContain('answer')
  const short = await desk.say('answer', { subject: id, grid, fields: { conclusion: 'supported', answer: '短' } })
  expect(short).toMatchObject({ ok: false, refusal: { why: 'too_short', about: 'answer' } })
  line.isUp = false
  const answer = { conclusion: 'supported', answer: '路灯线路已经更换，今晚恢复照明。' }
  expect(await desk.say('answer', { subject: id, grid, fields: answer })).toMatchObject({ ok: false, kept: true })
  line.isUp = true
  await desk.syncNow()
  expect(desk.useWaiting().value.ops).toBe(0)

  // Back on the phone.
  await phone.syncNow()
  await until(() => seen?.value?.shape.stage === 'pending_confirm')
  expect(phone.reachOf(there(seen?.value))).toBe('read')
  expect(seen?.value?.shape.acts.map((act) => act.name)).toEqual(expect.arrayContaining(['register', 'triage', 'accept', 'answer']))
}, 30_000)
