// The map of the npm package supercluster: reads cases, builds, and makes tiles, with the
// counts of each status as our tiles have them. Node runs it in the folder of its packages.
//   node supercluster.mjs CASES TILES
// CASES are doubles, four a case: longitude, latitude, status, overdue. TILES is a JSON list
// of [z, x, y]. Out comes JSON: milliseconds of the build and of each tile, and how many
// cases the tiles of zoom 2 show.
import { readFileSync } from 'node:fs'
import Supercluster from 'supercluster'

const [casesFile, tilesFile] = process.argv.slice(-2)
const bytes = readFileSync(casesFile)
const numbers = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8)
const points = []
for (let i = 0; i < numbers.length; i += 4) {
  points.push({
    type: 'Feature',
    properties: { status: numbers[i + 2], overdue: numbers[i + 3] },
    geometry: { type: 'Point', coordinates: [numbers[i], numbers[i + 1]] },
  })
}

const index = new Supercluster({
  radius: 64,
  extent: 512,
  maxZoom: 14,
  map: ({ status, overdue }) => ({ overdue, ['s' + status]: 1 }),
  reduce: (all, one) => { for (const key in one) all[key] = (all[key] || 0) + one[key] },
})
const now = () => performance.now()
let from = now()
index.load(points)
const build = now() - from

const ask = ([z, x, y]) => { const tile = index.getTile(z, x, y); return tile ? tile.features : [] }
const tiles = JSON.parse(readFileSync(tilesFile, 'utf8'))
tiles.slice(0, 200).forEach(ask) // warm
const took = tiles.map(tile => { from = now(); ask(tile); return now() - from })

const square = [0, 1, 2, 3]
const shown = square.flatMap(x => square.flatMap(y => ask([2, x, y])))
  .filter(f => f.geometry[0].every(v => v >= 0 && v < 512)) // the rest is a neighbour's
  .reduce((n, f) => n + (f.tags.point_count || 1), 0)
console.log(JSON.stringify({ build, took, shown, version: process.version }))
