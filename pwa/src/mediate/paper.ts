// A signature drawn on glass, put on white paper: the pad's own picture is transparent, and would turn black as a photo.

/** The picture behind a `data:` address; undefined when it cannot be read. */
export async function onPaper(address: string): Promise<Blob | undefined> {
  const picture = new Image()
  picture.src = address
  try {
    await picture.decode()
  } catch {
    return undefined
  }
  const paper = document.createElement('canvas')
  paper.width = picture.naturalWidth
  paper.height = picture.naturalHeight
  const pen = paper.getContext('2d')
  if (!pen) return undefined
  pen.fillStyle = '#fff'
  pen.fillRect(0, 0, paper.width, paper.height)
  pen.drawImage(picture, 0, 0)
  return new Promise((resolve) => paper.toBlob((blob) => resolve(blob ?? undefined), 'image/png'))
}
