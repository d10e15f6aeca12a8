// Tables of other systems: however an office program wrote them, a row is a matter, or says what keeps it from being one.
import { expect, test } from 'vitest'
import { rowsIn, textIn } from '../../pwa/src/desk/intake/csv'
import { faultOf, fieldsOf, readTable, type Row } from '../../pwa/src/desk/intake/rows'
import { sourceHash, type Book, type Session } from '../../pwa/src/subjects_desk'
import triage from '../vectors/triage.json'

const book = triage.book as unknown as Book
const session: Session = { person: 'pt', name: '曹文娟', account: 'zhen1', device: 'dt', roles: ['town'], scope: [] }
const GRIDS = [
  { grid: '329924101202001', village: '刘湖村', name: '第一网格' },
  { grid: '329924101202002', village: '刘湖村', name: '第二网格' },
  { grid: '329924101201001', village: '林园村', name: '第一网格' },
]
const TABLE = '工单编号,诉求内容,来电人,联系电话,事发地址\r\nGD1,"路灯坏了三盏，\n晚上看不清，说过""三次""了",李长根,154-1234-5678,林园村三组\r\n\r\nGD1,路灯还没修,李长根,15412345678,刘湖村第二网格\r\nGD3,灯,,110x,刘湖村\r\n'

function rows(text: string): readonly Row[] {
  const read = readTable(rowsIn(text), 'hotline', GRIDS)
  if (!('rows' in read)) throw new Error(JSON.stringify(read))
  return read.rows
}

test('quotes, line ends and an older writing of Chinese are read as they were meant', () => {
  const gbk = Uint8Array.from([0xb1, 0xe0, 0xba, 0xc5, 0x2c, 0xc4, 0xda, 0xc8, 0xdd])
  expect(rowsIn(textIn(gbk.buffer))).toEqual([['编号', '内容']])
  expect(rowsIn(textIn(new TextEncoder().encode(`\uFEFF${TABLE}`).buffer))[1]?.[1]).toBe('路灯坏了三盏，\n晚上看不清，说过"三次"了')
})

test('a row names its number, its grid where only one fits, and what keeps it from entering', () => {
  const [first, second, third] = rows(TABLE)
  if (!first || !second || !third) throw new Error('three rows')
  expect([first, second, third].map(({ grid, twice }) => [grid, twice])).toEqual([['329924101201001', false], ['329924101202002', true], ['', false]])
  const fields = fieldsOf(first, 'hotline', book, session)
  expect(fields).toMatchObject({ channel: 'hotline_12345', category: '0502', anonymous: false, reporter: { name: '李长根', phone: '15412345678' } })
  expect(fields).toMatchObject({ source: { system: 'hotline', no: 'GD1' }, source_hash: sourceHash('hotline', 'GD1') })
  expect(sourceHash('mailbox', 'GD1')).not.toBe(fields.source_hash)
  expect([first, third].map((row) => faultOf(fieldsOf(row, 'hotline', book, session)))).toEqual(['', 'words'])
  expect(faultOf(fieldsOf({ ...first, phone: '找他儿子' }, 'hotline', book, session))).toBe('phone')
})

test('a table without its columns says which', () => {
  expect(readTable(rowsIn('标题,姓名\n路灯,李'), 'hotline', GRIDS)).toEqual({ lacks: ['no', 'words'] })
})
