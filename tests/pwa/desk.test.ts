// The desk's forms say in time what the law says later; how they look and which key opens them is tried in a browser by the road tests.
import { expect, test } from 'vitest'
import { accept, answer, consultOn, giveBack, refer, triageWith, type ActForm } from '../../pwa/src/desk/acts'
import { hashOf, matterIn, NAMES } from '../../pwa/src/desk/address'
import { decisionOf } from '../../pwa/src/desk/decision'
import { keptLines } from '../../pwa/src/desk/kept'
import { masked } from '../../pwa/src/desk/mask'
import { whyHere } from '../../pwa/src/desk/why'
import type { QueueItem } from '../../pwa/src/queue'
import { admit, isRefusal } from '../../pwa/src/sync/admit'
import type { Note } from '../../pwa/src/sync/fold'
import { OP_VERSION, type Json, type Op } from '../../pwa/src/sync/op'
import { desk as en } from '../../pwa/src/words/en/desk'
import { desk as zh } from '../../pwa/src/words/zh/desk'

const GRID = '329924101201001'
const TOWN = { person: 'p4', device: 'dtown', areas: [{ role: 'town', code: '329924101', from_ms: 0, to_ms: null }] }

/** What the law says of an act with these fields: "" when it may enter. */
function lawSays(name: string, fields: Readonly<Record<string, unknown>>): string {
  const op: Op = {
    ...{ device: 'dtown', seq: 1, prev: '', stamp: '000001760000000-0000-dtown', actor: 'p4', grid: GRID, subject: 'issue/dwang.1' },
    ...{ name, fields: fields as Record<string, Json>, seen: {}, v: OP_VERSION },
  }
  const verdict = admit(op, TOWN, 1_760_000_000)
  return isRefusal(verdict) ? `${verdict.why} ${verdict.about}` : ''
}

function agrees<T>(form: ActForm<T>, draft: T): { form: boolean; law: boolean } {
  return { form: Object.keys(form.check(draft)).length === 0, law: lawSays(form.name, form.fields(draft)) === '' }
}

const BOTH_YES = { form: true, law: true }
const BOTH_NO = { form: false, law: false }
const chars = (n: number): string => '字'.repeat(n)
const HANDLER = { unit: '镇水利站', name: '冯志强', phone: '15490000022', backup: '', told: '' } as const
const PROPOSAL = {
  ...{ track: 'escalate_to_town', rule: 'T20', reason_zh: '要部门来办', reason_en: 'A department must act', book: '2026-11-25.1' },
  ...{ urgency: 'urgent', flags: ['town_review'], fired: ['T20'], next: '', steps_zh: '', steps_en: '' },
}

test('a handler is taken only with a unit, a name and a number that can be called', () => {
  expect(agrees(accept, { ...HANDLER })).toEqual(BOTH_YES)
  expect(agrees(accept, { ...HANDLER, backup: '孙丽', told: 'visit' })).toEqual(BOTH_YES)
  expect(agrees(accept, { ...HANDLER, name: '冯' })).toEqual(BOTH_NO)
  expect(agrees(accept, { ...HANDLER, phone: '1549' })).toEqual(BOTH_NO)
  expect(agrees(accept, { ...HANDLER, phone: '找他' })).toEqual(BOTH_NO)
  expect(accept.check({ ...HANDLER, phone: '' }).phone).toBe(zh['fault.phone_needed'])
})

test('giving back needs a why and a who instead, each as long as the law wants', () => {
  expect(agrees(giveBack, { why: chars(4), better: chars(2) })).toEqual(BOTH_YES)
  expect(agrees(giveBack, { why: chars(300), better: chars(50) })).toEqual(BOTH_YES)
  expect(agrees(giveBack, { why: chars(3), better: chars(2) })).toEqual(BOTH_NO)
  expect(agrees(giveBack, { why: chars(301), better: chars(2) })).toEqual(BOTH_NO)
  expect(agrees(giveBack, { why: chars(4), better: chars(1) })).toEqual(BOTH_NO)
})

test('an answer has ten characters at least, and a basis where it explains or says no', () => {
  const long = { conclusion: 'supported', answer: chars(10), basis: '', photos: [] } as const
  expect(agrees(answer, { ...long, photos: [] })).toEqual(BOTH_YES)
  expect(agrees(answer, { ...long, photos: [], answer: `  ${chars(9)}  ` })).toEqual(BOTH_NO)
  expect(agrees(answer, { ...long, photos: [], answer: chars(1001) })).toEqual(BOTH_NO)
  expect(agrees(answer, { ...long, photos: [], conclusion: 'explained' })).toEqual(BOTH_NO)
  expect(agrees(answer, { ...long, photos: [], conclusion: 'not_supported', basis: '《条例》第八条' })).toEqual(BOTH_YES)
  expect(agrees(answer, { ...long, photos: [], conclusion: '' })).toEqual(BOTH_NO)
})

test('characters outside the first plane count as one, as the law counts them', () => {
  expect(agrees(giveBack, { why: '𠀀𠀀𠀀𠀀', better: '𠮷𠮷' })).toEqual(BOTH_YES)
  expect(agrees(giveBack, { why: '𠀀𠀀𠀀', better: '𠮷𠮷' })).toEqual(BOTH_NO)
})

test('consultation and the legal route say what and why', () => {
  expect(agrees(consultOn('巷口停车怎么办'), { topic: '巷口停车怎么办', why: '五户意见不一' })).toEqual(BOTH_YES)
  expect(agrees(consultOn(''), { topic: '停车', why: '五户意见不一' })).toEqual(BOTH_NO)
  expect(consultOn(chars(60)).start().topic).toHaveLength(50)
  expect(agrees(refer, { route: '县人民法院', words: '法院已经立案' })).toEqual(BOTH_YES)
  expect(agrees(refer, { route: '县人民法院', words: '' })).toEqual(BOTH_NO)
})

test('a proposal is followed with its own rule and reason, or overruled with a why', () => {
  const decision = decisionOf(PROPOSAL)
  const form = triageWith(({ overruling }) => decision.fields(overruling ?? undefined, '村口三盏路灯不亮'))
  expect(agrees(form, { overruling: null })).toEqual(BOTH_YES)
  expect(form.fields({ overruling: null })).toMatchObject({ track: 'escalate_to_town', rule: 'T20', urgency: 'urgent' })
  expect(agrees(form, { overruling: { track: 'consult_mechanism', why: '几户有不同意见' } })).toEqual(BOTH_YES)
  expect(form.fields({ overruling: { track: 'consult_mechanism', why: '几户有不同意见' } })).toMatchObject({ overrules: 'T20', topic: '村口三盏路灯不亮' })
  expect(form.check({ overruling: { track: 'consult_mechanism', why: '' } })).not.toEqual({})
})

test('the nearest reason why a matter is here goes first', () => {
  const came = { rule: 'T20', reason_zh: '要部门来办', reason_en: '', escalate_why: '', tried: '', request: '', times_reopened: 0 }
  const item = { stage: 'work_order', came } as unknown as QueueItem
  expect(whyHere(item)).toBe('要部门来办')
  expect(whyHere({ ...item, came: { ...came, request: '请到现场看', escalate_why: 'risk' } })).toContain('请到现场看')
  expect(whyHere({ ...item, stage: 'reopened' })).toBe(zh['why.reopened'])
  expect(whyHere({ ...item, stage: 'registered' })).toContain('要部门来办')
})

test('the desk speaks English with the same blanks', () => {
  const blanks = (sentence: string): string[] => [...new Set([...sentence.matchAll(/\{(\w+)/g)].map(([, name]) => name ?? ''))].sort()
  const parted = Object.entries(zh).filter(([key, sentence]) => blanks(sentence).join() !== blanks(en[key as keyof typeof zh]).join())
  expect(parted).toEqual([])
})

test('whoever passes by learns no name and no number', () => {
  expect(masked({ name: '李长根', phone: '15412345678', address: '三组12号' })).toEqual({ name: '李某', phone: '154****5678' })
  expect(masked([{ name: '王大伟' }, { name: '', phone: '8812345' }])).toEqual([
    { name: '王某', phone: '' },
    { name: '', phone: '****' },
  ])
  const note = { name: 'edit', fields: { reporter: { name: '李长根', phone: '15412345678' }, title: '路灯不亮' } } as unknown as Note
  const words = keptLines(note, undefined).map(({ text }) => text).join()
  expect(words).toContain('路灯不亮')
  expect(words).not.toContain('李长根')
  expect(words).not.toContain('12345678')
})

test('a page in the address is no matter, and a matter is found alone and behind the queue', () => {
  expect(NAMES.map((name) => matterIn(`#${name}`))).toEqual(NAMES.map(() => ''))
  expect(['', '#', '#d7k2m9.12', '#queue/d7k2m9.12'].map(matterIn)).toEqual(['', '', 'issue/d7k2m9.12', 'issue/d7k2m9.12'])
  expect(['', 'issue/d7k2m9.12'].map(hashOf)).toEqual(['', '#d7k2m9.12'])
})
