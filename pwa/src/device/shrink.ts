// Makes a photo small enough for a village's network. Pure picture work: where it is painted and kept is told by the caller.

/** Longest side of a photo, in pixels; a second, smaller size for pictures that will not shrink. */
const SIDES = [1600, 1280, 960]
/** JPEG qualities tried at each size, best first. */
const QUALITIES = [0.82, 0.7, 0.58]
/** Largest photo that is sent. */
export const MOST_PHOTO_BYTES = 200 * 1024

/** Somewhere to paint: a canvas of the page or of a worker. */
export interface Easel {
  paint(picture: ImageBitmap): void
  /** The painted picture as JPEG. */
  encode(quality: number): Promise<Blob>
}

/** The picture upright, as JPEG, without where it was taken. Throws when the bytes are no picture. */
export async function shrink(picture: Blob, easelOf: (width: number, height: number) => Easel): Promise<Blob> {
  const bitmap = await createImageBitmap(picture)
  try {
    let smallest: Blob | undefined
    for (const side of SIDES) {
      const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height))
      const easel = easelOf(Math.max(1, Math.round(bitmap.width * scale)), Math.max(1, Math.round(bitmap.height * scale)))
      easel.paint(bitmap)
      for (const quality of QUALITIES) {
        smallest = await easel.encode(quality)
        if (smallest.size <= MOST_PHOTO_BYTES) return smallest
      }
    }
    return smallest ?? picture
  } finally {
    bitmap.close()
  }
}

/** An easel that needs no page. */
export function offscreen(width: number, height: number): Easel {
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('this browser paints nothing off screen')
  return {
    paint(picture) {
      // JPEG knows no transparency: without this it would turn black.
      context.fillStyle = '#fff'
      context.fillRect(0, 0, width, height)
      context.drawImage(picture, 0, 0, width, height)
    },
    encode: (quality) => canvas.convertToBlob({ type: 'image/jpeg', quality }),
  }
}
