// What the phone's first page and its visits work out before they show or say it: what burns, what is due today, the ops of a visit.
import { beforeAll, expect, test } from 'vitest'
import { seenFrom, type Seen } from '../../pwa/src/seen'
import type { Session } from '../../pwa/src/subjects'
import { admit, isRefusal } from '../../pwa/src/sync/admit'
import { empty, fold } from '../../pwa/src/sync/fold'
import { lawOf } from '../../pwa/src/sync/law'
import { kindOf, OP_VERSION, type Change, type Json } from '../../pwa/src/sync/op'
import { boxesToday, burning, isReturned, lettersLeft, metByTwo, opensOn, planned } from '../../pwa/src/today/plan'
import { againDays, emptyFinding, emptyVisit, visitFaults, visitFields, type VisitDraft } from '../../pwa/src/visit/draft'
import { changedFields, emptyHousehold, householdFaults, registerFields, yearsOld, type HouseholdDraft } from '../../pwa/src/visit/household'
import { refusalWords } from '../../pwa/src/waiting/refusals'
import { learnLater } from '../../pwa/src/words/words'

const GRID = '329924101202001'
const DAY_MS = 24 * 60 * 60 * 1000
/** Monday 23 November 2026, 09:00 in the county. */
const MONDAY_MS = Date.UTC(2026, 10, 23, 1)
const ME = 'pa'
const WORKER = { person: ME, device: 'da', areas: [{ role: 'grid_worker', code: GRID, from_ms: 0, to_ms: null }] }
const session: Session = { person: ME, name: '谢春生', account: 'wg1', device: 'da', roles: ['grid_worker'], scope: [] }

interface Said {
  readonly name: string
  readonly fields: Record<string, Json>
  readonly by?: string
  readonly role?: string
}

beforeAll(learnLater)

/** A subject as it stands after these were placed in turn. */
function placed(subject: string, said: readonly Said[]): Seen {
  const law = lawOf(subject)
  if (law === null) throw new Error(`no law for ${subject}`)
  const changes = said.map(({ name, fields, by = ME, role = 'grid_worker' }, at): Change => {
    const at_ms = MONDAY_MS - (said.length - at) * 1000
    const stamp = `${String(at_ms).padStart(15, '0')}-0000-d${by}`
    const op = { device: `d${by}`, seq: at + 1, prev: '', stamp, actor: by, grid: GRID, subject, name, fields, seen: {}, v: OP_VERSION }
    return { place: at + 1, placed_ms: at_ms, credited_ms: at_ms, role, op }
  })
  const shape = fold(law, empty(subject, GRID), changes)
  const row = { subject, kind: kindOf(subject), grid: GRID, place: said.length, base: 0, updated_ms: MONDAY_MS, shape }
  const seen = seenFrom(subject, row, [])
  if (seen === undefined) throw new Error('nothing is known of it')
  return seen
}

const due = (clock: string, days: number): Said => ({
  name: 'clock',
  by: 'clerk',
  role: 'clerk',
  fields: { [clock]: { due_ms: MONDAY_MS + days * DAY_MS, start_ms: MONDAY_MS, proof_zh: '', proof_en: '', provisional: false } },
})
const registered: Said = { name: 'register', fields: { title: '村口路灯坏了', responder: { person: ME, name: '谢春生' } } }
const to = (track: string): Said => ({ name: 'triage', fields: { track } })
const returned: Said = { name: 'give_back', by: 'zhen', role: 'town', fields: { return_why: '归村里管', return_better: '村委会' } }
const whys = (issues: readonly Seen[]): readonly string[] => burning(issues, ME, MONDAY_MS, 2).map(({ seen, why }) => `${seen.id} ${why}`)

test('danger burns before what was not solved, that before what came back, that before what is due', () => {
  const late = placed('issue/a.1', [registered, to('solved_in_grid'), due('due_grid', -1)])
  const back = placed('issue/a.2', [registered, to('escalate_to_town'), returned])
  const unsolved = placed('issue/a.3', [registered, to('solved_in_grid'), { name: 'solve', fields: { measures: '修过了', result: 'solved' } }, { name: 'confirm', by: 'resident', role: 'resident', fields: { solved: 'not_solved' } }])
  const fire = placed('issue/a.4', [registered, { name: 'alarm', fields: {} }])

  expect(whys([late, back, unsolved, fire])).toEqual(['issue/a.4 alarmed', 'issue/a.3 not_solved', 'issue/a.2 returned', 'issue/a.1 due'])
})

test('what is nearly late burns in my hands only, what is late burns wherever it lies', () => {
  const mine = placed('issue/a.1', [registered, to('solved_in_grid'), due('due_grid', 1)])
  const towns = placed('issue/a.2', [registered, to('escalate_to_town'), due('due_accept', 1)])
  const lateThere = placed('issue/a.3', [registered, to('escalate_to_town'), due('due_accept', -1)])

  expect(whys([mine, towns, lateThere])).toEqual(['issue/a.3 due', 'issue/a.1 due'])
})

test("a colleague's issue does not burn on my page", () => {
  const theirs = placed('issue/a.1', [{ ...registered, by: 'pb', fields: { responder: { person: 'pb', name: '胡晓燕' } } }, { name: 'alarm', by: 'pb', fields: {} }])

  expect(whys([theirs])).toEqual([])
})

test('what the town gave back is no longer returned once the grid has sent it on', () => {
  const again = placed('issue/a.1', [registered, to('escalate_to_town'), returned, { name: 'escalate', fields: { tried: '问过村里', request: '请镇里定', escalate_why: 'beyond_power' } }])

  expect(isReturned(again.shape)).toBe(false)
})

test('who was slower sees it until he has done something else about it', () => {
  const solve = (by: string): Said => ({ name: 'solve', by, fields: { measures: '修过了', result: 'solved' } })
  const slower = placed('issue/a.1', [registered, to('solved_in_grid'), solve('pb'), solve(ME)])

  expect([metByTwo([slower], ME).length, metByTwo([slower], 'pb').length]).toEqual([1, 0])
})

test('a box is opened on the days its schedule names, else on working days', () => {
  const days = [1, 2, 3, 4, 5, 6, 7]
  const on = (schedule: string): readonly number[] => days.filter((day) => opensOn(schedule, day))

  expect([on('每个工作日 09:00'), on('每周一、周四上午'), on('每天 17:00'), on('星期日')]).toEqual([[1, 2, 3, 4, 5], [1, 4], days, [7]])
})

test('a box opened this morning is not due again, and a letter counted and not registered is', () => {
  const box = placed('mailbox/a.1', [{ name: 'hang', by: 'zhen', role: 'town', fields: { schedule: '每个工作日 09:00' } }])
  const opening = (days: number): Seen => placed('mailbox_opening/a.2', [{ name: 'open', fields: { mailbox: 'mailbox/a.1', opened_ms: MONDAY_MS - days * DAY_MS, letters: 3 } }])
  const letter = placed('letter/a.3', [{ name: 'take_out', fields: { opening: 'mailbox_opening/a.2' } }])

  expect(boxesToday([box], [opening(0)], MONDAY_MS + 1000)).toEqual([])
  expect(boxesToday([box], [opening(1)], MONDAY_MS)).toEqual([box])
  expect(lettersLeft([opening(0)], [letter])).toBe(3)
})

test('only the latest visit says when somebody comes again', () => {
  const visit = (id: string, ended_ms: number, next?: string): Seen =>
    placed(id, [{ name: 'record', fields: { household: 'household/a.9', ended_ms, ...(next === undefined ? {} : { next_visit_on: next }) } }])
  const closedDoor = visit('visit/a.1', MONDAY_MS - 3 * DAY_MS, '2026-11-22')

  expect(planned([closedDoor], MONDAY_MS, 3).map(({ on }) => on)).toEqual(['2026-11-22'])
  expect(planned([closedDoor, visit('visit/a.2', MONDAY_MS - DAY_MS)], MONDAY_MS, 3)).toEqual([])
})

/** What the law says of an op that begins a subject: its word for no, or "". */
function lawSays(kind: string, name: string, fields: Record<string, unknown>): string {
  const written = JSON.parse(JSON.stringify(fields)) as Record<string, Json>
  const stamp = `${String(MONDAY_MS).padStart(15, '0')}-0000-da`
  const op = { device: 'da', seq: 1, prev: '', stamp, actor: ME, grid: GRID, subject: `${kind}/da.1`, name, fields: written, seen: {}, v: OP_VERSION }
  const answer = admit(op, WORKER, MONDAY_MS)
  return isRefusal(answer) ? `${answer.why} ${answer.about}` : ''
}

const TALK: VisitDraft = { ...emptyVisit(), started_ms: MONDAY_MS - 600_000, met: 'head', changed: 'no', nothing: true, content: '家里都好，地里收完了。' }
const saysOf = (draft: VisitDraft): string => lawSays('visit', 'record', visitFields(draft, 'household/a.9', MONDAY_MS))

test('what the form lets pass the law lets pass', () => {
  const spot = { ...emptyFinding('hazard'), how: 'spot' as const, words: '当场帮他把电线包好了' }
  const issue = { ...emptyFinding('dispute'), how: 'issue' as const, issue: 'issue/da.7' }
  const drafts: VisitDraft[] = [
    TALK,
    { ...TALK, nothing: false, findings: [spot, issue], policies: ['防诈骗'], companions: '老刘、小王', next: '2026-12-23' },
    { ...TALK, met: 'nobody', content: '敲门没有人应', next: '2026-11-24' },
    { ...TALK, met: 'declined', content: '这家不愿接待' },
  ]

  expect(drafts.map((draft) => [visitFaults(draft, MONDAY_MS), saysOf(draft)])).toEqual(drafts.map(() => [{}, '']))
})

test('a closed door asks for a day within the week', () => {
  const closed: VisitDraft = { ...TALK, met: 'nobody' }

  expect(Object.keys(visitFaults(closed, MONDAY_MS))).toEqual(['next'])
  expect(Object.keys(visitFaults({ ...closed, next: '2026-12-01' }, MONDAY_MS))).toEqual(['next'])
  expect(againDays(MONDAY_MS)).toEqual({ min: '2026-11-23', max: '2026-11-30' })
})

test('a finding must lead somewhere', () => {
  const draft: VisitDraft = { ...TALK, nothing: false, findings: [emptyFinding('request'), { ...emptyFinding('hazard'), how: 'issue' }] }

  expect(Object.keys(visitFaults(draft, MONDAY_MS))).toEqual(['findings.0.how', 'findings.1.issue'])
})

test('what was asked of somebody is not said of a closed door', () => {
  const { findings, base_changed, policy_given } = visitFields({ ...TALK, met: 'nobody', changed: 'yes', policies: ['防火'], findings: [emptyFinding('hazard')] }, 'household/a.9', MONDAY_MS)

  expect({ findings, base_changed, policy_given }).toEqual({ findings: [{ kind: 'none' }], base_changed: false, policy_given: undefined })
})

const HOME: HouseholdDraft = {
  ...{ address: '柳集镇刘湖村2组20号', type: 'registered', head: '李丽', phone: '15400000009', care: ['low_income'], remark: '', consent: 'spoken' },
  members: [{ name: '李丽', relation: 'head', sex: 'f', born: '198305', home: 'lives_here' }],
}

test('a household without consent is not written down', () => {
  expect(Object.keys(householdFaults({ ...HOME, consent: '' }, true))).toEqual(['consent'])
  expect(lawSays('household', 'register', registerFields({ ...HOME, consent: '' }, session, MONDAY_MS))).not.toBe('')
})

test('a household with consent passes form and law, a birth typed without a dash too', () => {
  const fields = registerFields(HOME, session, MONDAY_MS)

  expect(householdFaults(HOME, true)).toEqual({})
  expect(lawSays('household', 'register', fields)).toBe('')
  expect(fields.members).toEqual([{ name: '李丽', relation: 'head', home: 'lives_here', sex: 'f', born: '1983-05' }])
  expect(householdFaults(emptyHousehold(), true)).toHaveProperty('address')
})

test('only what was changed is said', () => {
  expect(changedFields(HOME, { ...HOME, phone: '15400000010' })).toEqual({ phone: '15400000010' })
  expect(changedFields(HOME, HOME)).toEqual({})
})

test('years are whole: a birthday still to come this year has not been', () => {
  expect([yearsOld('2012', MONDAY_MS), yearsOld('2012-12', MONDAY_MS), yearsOld('2012-11', MONDAY_MS), yearsOld('', MONDAY_MS)]).toEqual([14, 13, 14, undefined])
})

test('every refusal is told in words, whatever its code', () => {
  for (const why of ['not_your_grid', 'chain_broken', 'too_long', 'a_word_of_tomorrow', 'toString']) {
    expect(refusalWords(why).why).toMatch(/。$/)
    expect(refusalWords(why).todo).toMatch(/。$/)
  }
})
