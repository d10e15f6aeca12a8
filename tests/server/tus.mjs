// Drives the stock tus-js-client: node tus.mjs <address> <token> <file> <sha256> <most bytes a piece> <bytes after which it is cut off, or 0>.
// Says on its last line where the upload is and how it went.
import { createReadStream, statSync } from 'node:fs'
import { Upload } from 'tus-js-client'

const [address, token, file, sha256, piece, cut] = process.argv.slice(2)

/** One try, from `where` if it was begun; answers where it is, and whether the whole has come. */
function once(where, cutAt) {
  return new Promise((resolve, reject) => {
    const upload = new Upload(createReadStream(file), {
      endpoint: `${address}/uploads`,
      ...(where === '' ? {} : { uploadUrl: where }),
      uploadSize: statSync(file).size,
      chunkSize: Number(piece),
      retryDelays: [0, 200, 500, 1000, 2000, 3000, 5000],
      headers: { Authorization: `Bearer ${token}` },
      metadata: { sha256, kind: 'photo' },
      onError: reject,
      onSuccess: () => resolve({ where: upload.url, whole: true }),
      onChunkComplete: (_size, sent) => {
        process.stdout.write(`${sent}\n`)
        if (cutAt > 0 && sent >= cutAt) void upload.abort().then(() => resolve({ where: upload.url, whole: false }))
      },
    })
    upload.start()
  })
}

const first = await once('', Number(cut))
const last = first.whole ? first : await once(first.where, 0)
process.stdout.write(`${JSON.stringify({ cut: !first.whole, ...last })}\n`)
