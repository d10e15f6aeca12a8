// Consultations, mediations and promises on the phone: the forms are made from the law, and every name in it has a word.
import { expect, test } from 'vitest'
import { startFrom } from '../../pwa/src/consult/begin'
import { courtSays } from '../../pwa/src/consult/court'
import { goingOn, ongoing } from '../../pwa/src/consult/going'
import { asked, faultsOf, fieldsOf } from '../../pwa/src/consult/form'
import { onOneLine, shownOf } from '../../pwa/src/consult/sections'
import { seenFrom, type Seen } from '../../pwa/src/seen'
import { empty, fold } from '../../pwa/src/sync/fold'
import type { Book } from '../../pwa/src/subjects'
import { LAW } from '../../pwa/src/sync/law'
import { OP_VERSION, type Change, type Json } from '../../pwa/src/sync/op'
import { consult as en } from '../../pwa/src/words/en/consult'
import { letters as enLetters } from '../../pwa/src/words/en/letters'
import { consult as zh } from '../../pwa/src/words/zh/consult'
import { letters as zhLetters } from '../../pwa/src/words/zh/letters'

const KINDS = ['consultation', 'mediation', 'promise'] as const

test('every stage and act of the law has a word in both languages', () => {
  const keys = KINDS.flatMap((kind) => [
    ...LAW[kind].stages.filter((stage) => !(kind === 'mediation' && stage === 'agreed')).map((stage) => `stage.${stage}`),
    ...Object.keys(LAW[kind].ops).map((act) => `act.${act}`),
  ])
  expect(keys.filter((key) => !zh[key] || !en[key])).toEqual([])
})

test('every question a form asks has a word, and every code an answer', () => {
  const byPeople = (kind: (typeof KINDS)[number], act: string): boolean =>
    LAW[kind].rows.some(({ op, who }) => op === act && who.some((role) => role !== 'clerk'))
  const missing = KINDS.flatMap((kind) =>
    Object.keys(LAW[kind].ops).filter((act) => byPeople(kind, act)).flatMap((act) =>
      asked(LAW[kind], act).flatMap(({ name, law }) => [
        ...(zh[`f.${name}`] ? [] : [`${kind} ${act} ${name}`]),
        ...[...law.codes, ...(law.of?.codes ?? [])].filter((code) => !zh[`c.${name}.${code}`] && !zh[`c.${code}`]),
        ...Object.entries(law.of?.fields ?? {}).flatMap(([part, its]) => [
          ...(zh[`f.${part}`] ? [] : [part]),
          ...its.codes.filter((code) => !zh[`c.${part}.${code}`] && !zh[`c.${code}`]),
        ]),
      ]),
    ),
  )
  expect([...new Set(missing)]).toEqual([])
})

test('every field that is shown, and every part of its rows, has a word', () => {
  const named = (name: string): boolean => `r.${name}` in zh || `f.${name}` in zh
  const missing = KINDS.flatMap((kind) => shownOf(kind).flatMap((name) => [name, ...Object.keys(LAW[kind].fields[name]?.of?.fields ?? {})])).filter((name) => !named(name))
  expect([...new Set(missing)]).toEqual([])
})

test('a row on one line says of what a bare number or a yes is', () => {
  const table = { heads: ['姓名', '电话', '到会', '第几户'], rows: [['甲', '15400320027', '是', '3'], ['乙', '', '否', '']] }
  expect(onOneLine(table)).toEqual(['甲 · 15400320027 · 到会 是 · 第几户 3', '乙 · 到会 否'])
})

test('both languages say the same things', () => {
  expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort())
  expect(Object.keys(enLetters).sort()).toEqual(Object.keys(zhLetters).sort())
})

test('a form says what is missing, and what does not fit together', () => {
  const approve = { form: 'residents', village_matter: true }

  expect(Object.keys(faultsOf(LAW.consultation, 'propose', {}))).toContain('topic')
  expect(faultsOf(LAW.consultation, 'approve', approve)['']).toBeDefined()
  expect(faultsOf(LAW.consultation, 'approve', { ...approve, form: 'villagers' })).toEqual({})
})

test('empty lines and unanswered questions do not travel', () => {
  expect(fieldsOf({ sides: ['东头', '', ' 西头 '], idea: '', to_publish: false })).toEqual({ sides: ['东头', '西头'], to_publish: false })
})

/** 23 November 2026, 09:00 in the county. */
const NOW_MS = Date.UTC(2026, 10, 23, 1)
const DAY_MS = 24 * 60 * 60 * 1000
const GRID = '329924101202001'
type Said = readonly [name: string, role: string, fields: Readonly<Record<string, Json>>]

/** A subject as it stands after these were placed, the last of them an hour ago. */
function placed(kind: (typeof KINDS)[number], said: readonly Said[]): Seen {
  const subject = `${kind}/da.1`
  const changes = said.map(([name, role, fields], at): Change => {
    const at_ms = NOW_MS - (said.length - at) * 60 * 60 * 1000
    const stamp = `${String(at_ms).padStart(15, '0')}-0000-da`
    const op = { device: 'da', seq: at + 1, prev: '', stamp, actor: 'pa', grid: GRID, subject, name, fields, seen: {}, v: OP_VERSION }
    return { place: at + 1, placed_ms: at_ms, credited_ms: at_ms, role, op }
  })
  const shape = fold(LAW[kind], empty(subject, GRID), changes)
  expect(shape.notes).toEqual([])
  const seen = seenFrom(subject, { subject, kind, grid: GRID, place: said.length, base: 0, updated_ms: NOW_MS, shape }, [])
  if (seen === undefined) throw new Error('nothing is known of it')
  return seen
}

const PROPOSED: Said = ['propose', 'grid_worker', { topic: '车位怎么分', source: 'grid', scope: '三栋楼', households: 80, situation: '晚上没处停车', form: 'joint', sides: ['有车', '无车'] }]
const APPROVED: Said = ['approve', 'party_secretary', { form: 'joint', village_matter: false }]
const called = (meets_ms: number): Said => ['invite', 'village', { meets_ms, place: '物业会议室', invited: [{ name: '甲', as: 'household', told: 'visit' }, { name: '乙', as: 'household', told: 'visit' }] }]
const goes = (seen: Seen): string => goingOn(seen, { now_ms: NOW_MS, until_ms: NOW_MS + 20 * DAY_MS, call_days: 5 })

test('of a consultation one sentence tells which form, how far, when one meets and what must be by when', () => {
  const talk = (...more: readonly Said[]): string => goes(placed('consultation', [PROPOSED, ...more]))

  expect(talk()).toBe('联席会议：已提议，等书记审定')
  expect(talk(APPROVED)).toBe('联席会议：11月23日起等着定开会时间，5 个工作日内要发会议通知')
  expect(talk(APPROVED, called(NOW_MS + 6 * DAY_MS))).toBe('联席会议：11月29日 09:00 在物业会议室开会')
  expect(talk(APPROVED, called(NOW_MS - 1))).toBe('联席会议：会定在 11月23日 08:59，还没有记录会议')
})

const PARTIES = [{ name: '甲', consent: 'agrees', thumb: true }, { name: '乙', consent: 'agrees' }]
const BEGUN: Said = ['begin', 'mediator', { issue: 'issue/da.9', source: 'applied', notice: 'n', parties: PARTIES, dispute: '院墙挪了界', mediator: '沈玉珍' }]
const recorded = (signed: 'all' | 'some', terms: Json): Said => ['record', 'mediator', { source: 'applied', held_ms: NOW_MS, notice: 'n', parties: PARTIES, mediators: ['沈玉珍'], dispute: '院墙挪了界', outcome: signed === 'all' ? 'oral' : 'written', signed, terms }]

test('of a mediation it tells who mediates until when, who has not signed, and what must be done first', () => {
  const wall = { who: '乙', what: '院墙退回去', by: '2026-12-05', done: false }
  const money = { who: '甲', what: '分担工钱', by: '2026-12-01', done: false }
  const paid: Said = ['perform', 'mediator', { performance: [{ term: 2, state: 'kept', on: '2026-11-23' }] }]
  const prolonged: Said = ['prolong', 'mediator', { prolong_to: '2027-01-10', prolong_why: '等测绘结果', both_ask: 'yes' }]
  const spoken = PARTIES.map(({ name, consent }) => ({ name, consent, says_yes: true }))
  const agreed: Said = ['record', 'mediator', { ...recorded('all', [wall, money])[2], parties: spoken }]

  expect(goes(placed('mediation', [BEGUN]))).toBe('沈玉珍正在调解，要在12月13日前调结')
  expect(goes(placed('mediation', [BEGUN, prolonged]))).toBe('沈玉珍正在调解，要在2027年1月10日前调结')
  expect(goes(placed('mediation', [BEGUN, recorded('some', [wall])]))).toBe('协议还差乙签字，签齐才生效')
  expect(goes(placed('mediation', [BEGUN, agreed]))).toBe('协议已生效，最早一项要在12月1日前做到')
  expect(goes(placed('mediation', [BEGUN, agreed, paid]))).toBe('协议已生效，最早一项要在12月5日前做到')
})

test('a matter tells of its own consultation or mediation while that is open', () => {
  const talk = placed('consultation', [PROPOSED])
  const table = placed('mediation', [BEGUN])

  expect(ongoing('consulting', [table, talk])).toBe(talk)
  expect(ongoing('mediating', [table, talk])).toBe(table)
  expect(ongoing('in_grid', [table, talk])).toBeUndefined()
  expect(ongoing('consulting', [placed('consultation', [PROPOSED, ['refuse', 'party_secretary', { refuse_kind: 'other', refuse_why: '个人的事' }]])])).toBeUndefined()
})

test('of an agreement it is told until when a court may be asked, or why no court confirms it', () => {
  const book = { court_days: 30, not_confirmed: [{ touches: 'land_title', categories: ['0104'] }] } as unknown as Book
  const spoken = PARTIES.map(({ name, consent }) => ({ name, consent, says_yes: true }))
  const agreed = (touches: Json): Said => ['record', 'mediator', { ...recorded('all', [{ who: '乙', what: '院墙退回去', done: true }])[2], parties: spoken, touches }]
  const due: Said = ['clock', 'clerk', { due_court: { due_ms: NOW_MS + 30 * DAY_MS, start_ms: NOW_MS, proof_zh: '生效 → 第30日', proof_en: 'effective → day 30', book: 'b', provisional: false } }]
  const asked_court: Said = ['go_to_court', 'mediator', { court: '县人民法院', applied_on: '2026-11-23' }]
  const says = (said: readonly Said[], category = '', later_ms = 0): readonly string[] => courtSays(placed('mediation', said), book, category, NOW_MS + later_ms).lines

  expect(says([BEGUN, agreed([])])).toEqual(['协议生效起 30 天内，双方可以一起向法院申请司法确认。'])
  expect(says([BEGUN, agreed([]), due])).toEqual(['双方可以一起向法院申请司法确认，最后一天是12月23日'])
  expect(courtSays(placed('mediation', [BEGUN, agreed([]), due]), book, '', NOW_MS).proof).toBe('生效 → 第30日')
  expect(says([BEGUN, agreed([]), due], '', 31 * DAY_MS)).toEqual(['一起申请司法确认的最后一天12月23日已经过了'])
  expect(says([BEGUN, agreed([]), due], '0104')[1]).toContain('这类纠纷常涉及土地权属')
  expect(says([BEGUN, agreed(['land_title']), due], '0104')).toEqual(['涉及土地权属的内容，法院不作司法确认：身份关系、产权归谁、须走特别程序或损害他人的事，不能靠确认协议来定。'])
  expect(says([BEGUN, agreed([]), due, asked_court])).toEqual([])
})

test('a promise in a department’s answer begins with who answered, as far as the law has room', () => {
  const matter = placed('consultation', [PROPOSED])

  expect(startFrom('promise', matter, '谢春生', '镇水利站 冯志强')).toEqual({ who: '镇水利站 冯志强', said_in: 'reply' })
  expect(startFrom('promise', matter, '谢春生', '一'.repeat(40)).who).toHaveLength(30)
  expect(startFrom('promise', matter, '谢春生')).toEqual({})
})
