// What a table of another system says, row by row, as matters that could be registered; and what keeps a row from being one. Pure.
import { titleFrom } from '../../issue/title'
import { cut, type Fields } from '../../issue/values'
import { sourceHash, type Book, type Session } from '../../subjects_desk'
import { bad } from '../../sync/check'
import { LAW } from '../../sync/law'
import { dangerHints, suggest } from '../../sync/rules/suggest'

/** The systems, each with the channel of the law by which its matters come. */
export const SYSTEMS = { hotline: 'hotline_12345', mailbox: 'email', opinion: 'superior', phone: 'phone', petition: 'petition' } as const
export type System = keyof typeof SYSTEMS
/** Suggestions: what the book's words do not tell; the town sorts it anyway. */
const UNSORTED = '1203'
export const MOST_ROWS = 500

const HEADS = {
  no: ['编号', '工单编号', '工单号', '受理编号', '信件编号', '流水号', 'no', 'number'],
  words: ['内容', '诉求内容', '反映内容', '来电内容', '信件内容', '工单内容', '问题描述', 'words', 'content'],
  title: ['标题', '主题', '工单标题', 'title'],
  name: ['姓名', '反映人', '来电人', '诉求人', '联系人', 'name'],
  phone: ['电话', '联系电话', '来电号码', '联系方式', '手机', '手机号', 'phone'],
  place: ['地址', '事发地址', '地点', '诉求地址', 'place', 'address'],
} as const
type Column = keyof typeof HEADS
const COLUMNS = Object.keys(HEADS) as Column[]
const NEEDED = ['no', 'words'] as const

export interface Row extends Readonly<Record<Column, string>> {
  readonly hash: string
  /** The grid that the place or the words name; "" when they name none, or several. */
  readonly grid: string
  /** The same number stood higher up in the table. */
  readonly twice: boolean
}
export interface Grid {
  readonly grid: string
  readonly name: string
  readonly village: string
}
/** The rows, or the columns that the table lacks, or that it has too many rows. */
export type Read = { readonly rows: readonly Row[] } | { readonly lacks: readonly (typeof NEEDED)[number][] } | { readonly most: number }

export function readTable(table: readonly (readonly string[])[], system: System, grids: readonly Grid[]): Read {
  const [heads = [], ...lines] = table
  const plain = heads.map((head) => head.replace(/[\s*＊]/g, '').toLowerCase())
  const at = Object.fromEntries(COLUMNS.map((name) => [name, plain.findIndex((head) => (HEADS[name] as readonly string[]).includes(head))])) as Record<Column, number>
  const lacks = NEEDED.filter((name) => at[name] < 0)
  if (lacks.length > 0) return { lacks }
  if (lines.length > MOST_ROWS) return { most: MOST_ROWS }
  const seen = new Set<string>()
  const rows = lines.map((line): Row => {
    const cells = Object.fromEntries(COLUMNS.map((name) => [name, line[at[name]] ?? ''])) as Record<Column, string>
    const twice = seen.has(cells.no)
    seen.add(cells.no)
    return { ...cells, hash: sourceHash(system, cells.no), grid: gridIn(`${cells.place}\n${cells.words}`, grids), twice }
  })
  return { rows }
}

function gridIn(text: string, grids: readonly Grid[]): string {
  const near = grids.filter(({ village }) => text.includes(village))
  const named = near.filter(({ name }) => text.includes(name))
  const [one, other] = named.length > 0 ? named : near
  return one !== undefined && other === undefined ? one.grid : ''
}

/** The fields by which a row is registered. Who brings it in answers for it from then on. */
export function fieldsOf(row: Row, system: System, book: Book, session: Session): Fields {
  const title = cut(row.title || titleFrom(row.words) || row.words, 50)
  const said = `${title}\n${row.words}`
  const phone = row.phone.replace(/[\s-]/g, '')
  const isNamed = row.name !== '' || phone !== ''
  return {
    ...{ title, words: row.words, channel: SYSTEMS[system], nature: 'help', category: suggest(book, said)[0]?.category ?? UNSORTED },
    ...{ anonymous: !isNamed, confidential: false, households: 1, danger: dangerHints(book, said).map(({ kind }) => kind) },
    responder: { person: session.person, name: session.name },
    ...{ source: { system, no: row.no }, source_hash: row.hash },
    ...(row.place === '' ? {} : { place: row.place }),
    ...(isNamed ? { reporter: { name: row.name, phone } } : {}),
  }
}

const FAULTS: Readonly<Record<string, 'no' | 'words' | 'phone' | 'place'>> = { source: 'no', words: 'words', title: 'words', reporter: 'phone', place: 'place' }

/** What keeps these fields from entering, by the law: the first field that is wrong; "" for nothing. */
export function faultOf(fields: Fields): '' | 'no' | 'words' | 'phone' | 'place' | 'other' {
  const wrong = Object.entries(fields).find(([name, value]) => {
    const law = LAW.issue.fields[name]
    return law === undefined || bad(law, value) !== ''
  })
  return wrong === undefined ? '' : (FAULTS[wrong[0]] ?? 'other')
}
