// Where a photo says that it was taken: the GPS part of a JPEG's EXIF, and nothing else of it. Read only when a worker asks for the place.

/** Millionths of a degree, as the law has it. */
export interface Spot {
  readonly lat: number
  readonly lng: number
}

/** The EXIF part of a JPEG lies before the picture; what does not fit into this is looked at no further. */
const HEAD_BYTES = 256 * 1024
const APP1 = 0xffe1
const EXIF = 0x45786966
const GPS_PART = 0x8825
const LAT = 2
const LNG = 4

/** undefined when the photo does not say it, says nonsense, or is no JPEG. */
export async function placeIn(photo: Blob): Promise<Spot | undefined> {
  const head = await photo.slice(0, HEAD_BYTES).arrayBuffer()
  try {
    const view = new DataView(head)
    const tiff = tiffOf(view)
    return tiff === undefined ? undefined : spotIn(view, tiff)
  } catch {
    // A reading beyond the end: whatever wrote this cut it off.
    return undefined
  }
}

/** Where the TIFF block begins that EXIF is written in. */
function tiffOf(view: DataView): number | undefined {
  if (view.getUint16(0) !== 0xffd8) return undefined
  for (let at = 2; view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    if (view.getUint16(at) === APP1 && view.getUint32(at + 4) === EXIF) return at + 10
    // The picture itself begins.
    if (view.getUint16(at) === 0xffda) return undefined
  }
  return undefined
}

function spotIn(view: DataView, tiff: number): Spot | undefined {
  const little = view.getUint16(tiff) === 0x4949
  const number = (at: number): number => view.getUint32(at, little)
  const places = (directory: number): Map<number, number> => placesAt(view, tiff + number(directory), little)
  const part = places(tiff + 4).get(GPS_PART)
  if (part === undefined) return undefined
  const gps = places(part)
  // Degrees, minutes and seconds, each a fraction; the tag before says on which side.
  const degrees = (tag: number): number => {
    const from = tiff + number(gps.get(tag) ?? Number.MAX_SAFE_INTEGER)
    const whole = [0, 1, 2].reduce((sum, nth) => sum + number(from + 8 * nth) / number(from + 8 * nth + 4) / 60 ** nth, 0)
    return 'SW'.includes(String.fromCharCode(view.getUint8(gps.get(tag - 1) ?? 0))) ? -whole : whole
  }
  return sound(degrees(LAT), degrees(LNG))
}

/** Per tag of a directory, where its value stands. */
function placesAt(view: DataView, at: number, little: boolean): Map<number, number> {
  const places = new Map<number, number>()
  for (let nth = view.getUint16(at, little); nth > 0; nth--) places.set(view.getUint16(at + 12 * nth - 10, little), at + 12 * nth - 2)
  return places
}

/** Cameras without a fix write zeros or nothing. */
function sound(lat: number, lng: number): Spot | undefined {
  const isReal = Math.abs(lat) <= 90 && Math.abs(lng) <= 180 && (lat !== 0 || lng !== 0)
  return isReal ? { lat: Math.round(lat * 1e6), lng: Math.round(lng * 1e6) } : undefined
}
