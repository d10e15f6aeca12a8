// What a photo says of where it was taken is read from its EXIF: right in either byte order, and never more than is there.
import { expect, test } from 'vitest'
import { placeIn } from '../../pwa/src/issue/exif'

/** The head of a JPEG whose EXIF bears these degrees, minutes and hundredths of seconds. */
function photo(little: boolean, [ns, ew]: readonly [string, string], parts: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(160)
  const view = new DataView(bytes.buffer)
  const tiff = 12
  view.setUint32(0, 0xffd8ffe1)
  view.setUint16(4, 150)
  view.setUint32(6, 0x45786966)
  view.setUint16(tiff, little ? 0x4949 : 0x4d4d)
  view.setUint16(tiff + 2, 42, little)
  view.setUint32(tiff + 4, 8, little)
  view.setUint16(tiff + 8, 1, little)
  const entry = (at: number, tag: number, value: number): void => {
    view.setUint16(at, tag, little)
    view.setUint32(at + 8, value, little)
  }
  entry(tiff + 10, 0x8825, 26)
  view.setUint16(tiff + 26, 4, little)
  for (const nth of [0, 1, 2, 3]) entry(tiff + 28 + 12 * nth, nth + 1, nth < 2 ? 80 : 104)
  bytes[tiff + 36] = ns.charCodeAt(0)
  bytes[tiff + 60] = ew.charCodeAt(0)
  for (const [nth, part] of parts.entries()) {
    view.setUint32(tiff + 80 + 8 * nth, part, little)
    view.setUint32(tiff + 84 + 8 * nth, nth % 3 === 2 ? 100 : 1, little)
  }
  return bytes
}

const PLACE = [34, 7, 2460, 115, 30, 0] as const

test.each([true, false])('the place is read in millionths of a degree (little-endian: %s)', async (little) => {
  expect(await placeIn(new Blob([photo(little, ['N', 'E'], PLACE)]))).toEqual({ lat: 34_123_500, lng: 115_500_000 })
  expect(await placeIn(new Blob([photo(little, ['S', 'W'], PLACE)]))).toEqual({ lat: -34_123_500, lng: -115_500_000 })
})

test('a photo that is cut off, says nonsense or nothing has no place', async () => {
  const whole = photo(true, ['N', 'E'], PLACE)
  for (let length = 0; length < 140; length++) expect(await placeIn(new Blob([whole.slice(0, length)]))).toBeUndefined()
  expect(await placeIn(new Blob([photo(true, ['N', 'E'], [0, 0, 0, 0, 0, 0])]))).toBeUndefined()
  expect(await placeIn(new Blob([photo(false, ['N', 'E'], [134, 0, 0, 1, 0, 0])]))).toBeUndefined()
  expect(await placeIn(new Blob(['不是照片']))).toBeUndefined()
})

/** Writes over a copy of a photo that has a place. */
function spoilt(at: number, ...bytes: number[]): Blob {
  const whole = photo(false, ['N', 'E'], PLACE)
  whole.set(bytes, at)
  return new Blob([whole])
}

test.each([
  ['an empty segment before the EXIF, again and again', new Blob([new Uint8Array([0xff, 0xd8, ...Array<number[]>(200_000).fill([0xff, 0]).flat()])])],
  ['a segment that says it is as long as can be', spoilt(4, 0xff, 0xff, 0, 0)],
  ['a directory of 65,535 entries', spoilt(20, 0xff, 0xff)],
  ['a directory that lies beyond the end', spoilt(16, 0xff, 0xff, 0xff, 0xff)],
  ['a GPS part that is the directory it stands in', spoilt(30, 0, 0, 0, 8)],
  ['fractions over nothing', spoilt(96, 0, 0, 0, 0)],
  ['degrees that lie beyond the end', spoilt(58, 0x7f, 0xff, 0xff, 0xff)],
])('a hostile photo has no place: %s', async (_, hostile) => {
  expect(await placeIn(hostile)).toBeUndefined()
})
