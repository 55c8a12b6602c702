// A client with stock RxDB. docs/rxdb.md shows this file between the two marks; the tests run it.
// --- begin of the example
import { createRxDatabase, deepEqual } from 'rxdb'
import { replicateRxCollection } from 'rxdb/plugins/replication'
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory'
import { Subject } from 'rxjs'

// Every field that the server sends has its place: a client keeps what it does not use.
const text = { type: 'string' }, number = { type: 'number' }, flag = { type: 'boolean' }, list = { type: 'array' }
const object = { type: 'object' }, any = {} // an object or null
const schema = (properties) => ({
  version: 0, primaryKey: 'id', type: 'object', required: ['id'],
  properties: { id: { type: 'string', maxLength: 26 }, seq: number, versions: object, ...properties }
})
export const schemas = {
  cases: schema({
    number: text, status: text, round: number, pollution_types: list, division_code: text, title: text, text, location: any,
    address: text, respondent: any, inspectors: list, lead: text, due: text, inspection: text, rectification: text, items: any,
    due_strict: text, due_legal: text, flags: object, outcome: text, handling_result: text
  }),
  actions: schema({
    case: text, name: text, args: any, actor_kind: text, actor: text, device: text, device_at: text, received_at: text, position: any,
    base: number, evidence: any, outcome: text, code: text, from: text, to: text, round: number, decided_by: text, decided_at: text
  }),
  inspections: schema({
    case: text, round: number, inspectors: any, lead: text, started_at: text, findings: text, statement: text, weather: text,
    max_noise_db: number, samples: any, notes: any, finished_at: text, created_by: text
  }),
  rectifications: schema({
    case: text, inspection: text, round: number, order_no: text, served_at: text, deadline: text, recheck_due: text, measures: text,
    responsible: text, items: any, state: text, submitted_at: text, verified_at: text, officers: any, item_remarks: any,
    progress: number, notes: any
  }),
  evidence: schema({
    case: text, inspection: text, rectification: text, item: text, purpose: text, pair_of: text, sha256: text, size: number, mime: text,
    taken_at: text, position: any, heading: number, mock_location: flag, device: text, previous: text, caption: text, state: text,
    receipt: any, flags: any, decision: any, author: text, received_at: text
  }),
  held: schema({ of_collection: text, record: text, field: text, value: any, code: text, state: text, decided_at: text, by: text }),
  agencies: schema({ name: text, division_code: text, level: text, phone: text }),
  colleagues: schema({ name: text, certificate_no: text, on_duty: flag }),
  dictionaries: schema({
    kind: text, name: text, words: any, jurisdiction: text, source: text, step: text, number, unit: text, article: text, year: number, days: any
  })
}

// RxDB keeps some names for itself, so two fields have other names on the device.
const here = { _v: 'versions', collection: 'of_collection' }
const there = Object.fromEntries(Object.entries(here).map(([wire, local]) => [local, wire]))
const rename = (names) => (doc) => Object.fromEntries(Object.entries(doc).map(([name, value]) => [names[name] ?? name, value]))
const inward = rename(here), outward = rename(there)

// brief leaves out of a row what is the same in both of its states; a deleted one is none.
const always = ['id', 'seq', 'versions', '_deleted']
function brief ({ newDocumentState: mine, assumedMasterState: theirs }) {
  if (!theirs || theirs._deleted) return { newDocumentState: outward(mine), assumedMasterState: theirs && outward(theirs) }
  const changed = (doc) => Object.fromEntries(Object.entries(doc).filter(([name]) =>
    always.includes(name) || !(name in mine && name in theirs && deepEqual(mine[name], theirs[name]))))
  return { newDocumentState: outward(changed(mine)), assumedMasterState: outward(changed(theirs)) }
}

// What no request can carry lies in a collection that is not replicated: row is as RxDB
// pushes it.
const aside = {
  version: 0, primaryKey: 'id', type: 'object', required: ['id'],
  properties: { id: { type: 'string', maxLength: 64 }, of_collection: text, record: text, row: object }
}
const most = 4 << 20 // bytes of a request
const tooLarge = () => Object.assign(new Error('push_too_large'), { code: 'push_too_large', status: 413 })

// connect opens the database of one user and replicates it. What a user left unsent must
// never be sent as another's: give each user a name of its own.
export async function connect ({ url, token, name, collections = Object.keys(schemas), storage = getRxStorageMemory(),
  retry = 5000, patience = 300_000, silence = 60_000 }) {
  const database = await createRxDatabase({ name, storage, multiInstance: false })
  await database.addCollections(Object.fromEntries(collections.map((c) => [c, { schema: schemas[c] }])))
  const synced = Object.values(database.collections)
  await database.addCollections({ aside: { schema: aside } })
  const poked = new Subject(), ending = new AbortController()

  // A line can die without a word: then neither an answer nor an error ever comes. Whoever
  // works over it says by heard that it lives.
  async function within (ms, work) {
    const line = new AbortController(), hangUp = () => line.abort()
    const dead = new Promise((resolve, reject) => line.signal.addEventListener('abort', () => reject(new Error(`nothing came for ${ms} ms`))))
    let bell
    const heard = () => { clearTimeout(bell); bell = setTimeout(hangUp, ms) }
    heard()
    ending.signal.addEventListener('abort', hangUp)
    try {
      return await Promise.race([work(line.signal, heard), dead])
    } finally {
      clearTimeout(bell)
      ending.signal.removeEventListener('abort', hangUp)
    }
  }

  const ask = (path, rows) => within(patience, async (signal) => {
    const body = rows && JSON.stringify(rows)
    if (body && new TextEncoder().encode(body).length > most) throw tooLarge()
    const answer = await fetch(url + '/api/sync/' + path, {
      method: body ? 'POST' : 'GET', headers: { Authorization: token, 'Content-Type': 'application/json' }, body, signal
    })
    const said = await answer.json()
    if (!answer.ok) throw Object.assign(new Error(said.code), { code: said.code, status: answer.status, reason: said.data?.reason })
    return said
  })

  function replicate (collection) {
    const link = { state: undefined }
    function start () {
      let checkpoint, begun = 0, ended = 0, pulling, empty = {}
      const pulled = new Promise((resolve) => { pulling = resolve })
      const quiet = () => (begun === ended ? begun : NaN) // no push is under way; NaN equals nothing
      // A lost epoch, other rights, or too long away: begin again. All documents stay, and are
      // pushed, unless they are of another user.
      const orBegin = (state) => async (error) => {
        if (error.code === 'reset' && error.reason !== 'user' && link.state === state) {
          link.state = undefined
          state.remove().then(() => ending.signal.aborted || start())
        }
        throw error
      }
      const send = (rows) => ask(`rxdb/${collection.name}?checkpoint=${checkpoint}`, rows)
      async function push (rows) {
        try {
          return await send(rows.map(brief))
        } catch (error) {
          if (error.code !== 'push_too_large') throw error
          if (rows.length === 1) return [await setAside(rows[0])]
          const half = rows.length >> 1
          return [...await push(rows.slice(0, half)), ...await push(rows.slice(half))]
        }
      }
      // A row that is too large by itself must not stop the rest. A pushed _deleted deletes
      // nothing: the answer is what stands, and the device takes that.
      async function setAside (row) {
        const text = JSON.stringify(row), { id } = row.newDocumentState
        await database.aside.upsert({
          id: await database.hashFunction(text), of_collection: collection.name, record: id, row: JSON.parse(text)
        })
        const [stands] = await send([{ newDocumentState: { id, _deleted: true } }])
        return stands ?? { id, _deleted: true }
      }
      const state = link.state = replicateRxCollection({
        collection,
        replicationIdentifier: 'xuncha-' + collection.name,
        waitForLeadership: false,
        retryTime: retry,
        pull: {
          batchSize: 500,
          stream$: poked.asObservable(),
          async handler (last, limit) {
            const after = last?.c ?? ''
            checkpoint = empty.after === after ? empty.then : after // RxDB forgets that of an empty page
            pulling() // pushes say by it to which epoch this device belongs
            // What is unsent goes first. RxDB leaves out what it pulls of a document that is being
            // pushed, so a page that met a push is asked for again.
            for (;;) {
              await state.internalReplicationState.streamQueue.up
              const before = quiet()
              const page = await ask(`rxdb/${collection.name}?limit=${limit}&checkpoint=${checkpoint}`).catch(orBegin(state))
              if (before !== quiet()) continue
              if (page.documents.length === 0) empty = { after, then: page.checkpoint.c }
              return { documents: page.documents.map(inward), checkpoint: page.checkpoint }
            }
          }
        },
        push: {
          batchSize: 100,
          async handler (rows) {
            await pulled
            begun++
            try {
              return (await push(rows).catch(orBegin(state))).map(inward)
            } finally {
              ended++
            }
          }
        }
      })
    }
    start()
    return link
  }
  const links = synced.map(replicate)

  // The stream says that something of the user's changed, never what.
  const stream = () => within(silence, async (signal, heard) => {
    const stream = await fetch(url + '/api/sync/stream', { headers: { Authorization: token }, signal })
    if (!stream.ok) return stream.body.cancel()
    for await (const piece of stream.body.pipeThrough(new TextDecoderStream())) {
      heard() // something comes each 25 s
      if (piece.includes('head')) poked.next('RESYNC')
    }
  })
  async function follow () {
    while (!ending.signal.aborted) {
      await stream().catch(() => {}) // no network, a dead line, or the end
      await new Promise((resolve) => setTimeout(resolve, retry * (0.5 + Math.random())))
    }
  }
  follow()
  const close = () => { ending.abort(); return database.close() }
  return { database, links, poked, close }
}
// --- end of the example
