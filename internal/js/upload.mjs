// Uploads one file with tus-js-client: node upload.mjs URL TOKEN SHA256 FILE [PIECE], bytes of one request
// Prints one line of JSON when the upload is complete.
import { createReadStream, statSync } from 'node:fs'
import * as tus from 'tus-js-client'

const [endpoint, token, sha256, file, piece] = process.argv.slice(2)
const size = statSync(file).size
let retries = 0

const upload = new tus.Upload(createReadStream(file), {
  endpoint,
  uploadSize: size,
  chunkSize: Number(piece ?? 64 * 1024),
  retryDelays: [0, 50, 100, 200, 400],
  headers: { Authorization: token },
  metadata: { sha256, filename: 'photo.jpg', filetype: 'image/jpeg' },
  onShouldRetry: () => { retries++; return true },
  onError: (error) => { console.error(String(error)); process.exit(1) },
  onSuccess: () => { console.log(JSON.stringify({ url: upload.url, retries })) },
})
upload.start()
