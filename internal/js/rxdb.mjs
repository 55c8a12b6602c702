// A person with an RxDB client, driven by a test: one line of JSON in, one line out.
import { createInterface } from 'node:readline'
import { createRxDatabase } from 'rxdb'
import { replicateRxCollection } from 'rxdb/plugins/replication'
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory'
import { connect, schemas } from './rxdb-client.mjs'

let client, online = true
const sent = [] // rows that the server has answered, as they were pushed
const last = [] // what was asked, and what came of it
const cuts = new Set() // requests under way
const open = new Map() // what they ask, and since when

// The network: a request that is under way when it goes is cut, wherever it is. Node's own
// fetch is not to be trusted with that: cut between an answer's head and its body, under load,
// it may leave whoever waits for the body without a word (nodejs/undici, issue 4232).
const real = globalThis.fetch
globalThis.fetch = async (url, options = {}) => {
  if (!online) throw new Error('no network')
  const cut = new AbortController()
  const gone = new Promise((resolve, reject) => cut.signal.addEventListener('abort', () => reject(new Error('no network'))))
  gone.catch(() => {})
  options.signal?.addEventListener('abort', () => cut.abort())
  cuts.add(cut)
  const trace = (...said) => process.env.RXDB_TRACE && console.error(Date.now() % 1e6, process.pid, url.slice(url.indexOf('/api')).slice(0, 60), ...said)
  trace('>', options.body?.slice(0, 3000))
  open.set(cut, [options.method, url.slice(url.indexOf('/api')).slice(0, 60), Date.now()])
  const answer = await Promise.race([real(url, { ...options, signal: cut.signal }), gone]).finally(() => open.delete(cut))
  trace('<', answer.status)
  last.push([options.method, url.slice(url.indexOf('/api')).slice(0, 60), answer.status])
  last.splice(0, last.length - 20)
  if (options.headers?.['Content-Type']) { // not the stream
    open.set(cut, ['body', url.slice(url.indexOf('/api')).slice(0, 60), Date.now()])
    const data = await Promise.race([answer.json(), gone]).finally(() => open.delete(cut))
    trace('<<', JSON.stringify(data).slice(0, 3000))
    if (options.method === 'POST' && answer.ok) sent.push(...JSON.parse(options.body).map((row) => row.newDocumentState))
    return { ok: answer.ok, status: answer.status, json: async () => data }
  }
  return answer
}

const collection = (name) => client.database.collections[name]
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

const commands = {
  async open ({ url, token, name, collections, dev, patience, silence }) {
    let storage
    if (dev) {
      const { RxDBDevModePlugin, disableWarnings } = await import('rxdb/plugins/dev-mode')
      const { addRxPlugin } = await import('rxdb')
      const { wrappedValidateAjvStorage } = await import('rxdb/plugins/validate-ajv')
      disableWarnings()
      addRxPlugin(RxDBDevModePlugin)
      storage = wrappedValidateAjvStorage({ storage: getRxStorageMemory() })
    }
    sent.length = 0
    online = true
    client = await connect({ url, token, name, collections, storage, retry: 25, patience, silence })
  },
  // plain opens inspections with the fewest lines that RxDB asks for, and not yet connected.
  // Where mute is set, its pushes hear nothing of what stands: a silent merge.
  async plain ({ url, token, name, mute }) {
    const database = await createRxDatabase({ name, storage: getRxStorageMemory(), multiInstance: false })
    await database.addCollections({ inspections: { schema: schemas.inspections } })
    const ask = async (query, body) => (await fetch(`${url}/api/sync/rxdb/inspections?${query}`, {
      method: body ? 'POST' : 'GET', headers: { Authorization: token }, body: body && JSON.stringify(body)
    })).json()
    const start = (overlap) => {
      let commit
      const committed = overlap && new Promise((resolve) => { commit = resolve })
      const state = replicateRxCollection({
        collection: database.inspections, replicationIdentifier: 'plain', retryTime: 25, waitForLeadership: false,
        pull: {
          async handler (last, limit) {
            await committed
            return ask(`limit=${limit}&checkpoint=${last?.c ?? ''}`)
          }
        },
        push: {
          async handler (rows) {
            const answer = await ask('', rows)
            commit?.() // a pull comes between the commit and its answer
            await state.internalReplicationState.streamQueue.down
            return mute ? [] : answer
          }
        }
      })
      client.links = [{ state }]
    }
    client = { database, links: [], start, close: () => database.close() }
    start()
  },
  async disconnect () { await client.links[0].state.cancel() },
  async connect () { client.start(true) },
  async insert ({ collection: name, doc }) { await collection(name).insert(doc) },
  // patch edits as a form does: what was on the screen is returned.
  async patch ({ collection: name, id, set, append }) {
    const doc = await collection(name).findOne(id).exec()
    if (!doc) return { missing: true }
    let before
    await doc.incrementalModify((d) => {
      before = { ...d }
      for (const [field, items] of Object.entries(append ?? {})) d[field] = [...(d[field] ?? []), ...items]
      return Object.assign(d, set)
    })
    return before._deleted ? { missing: true } : { before }
  },
  async remove ({ collection: name, id }) { await (await collection(name).findOne(id).exec()).remove() },
  async offline () {
    online = false
    for (const cut of cuts) cut.abort()
    cuts.clear()
  },
  async online () { online = true },
  async poke () { client.poked.next('RESYNC') },
  // sync waits until every replication has pushed and pulled once more.
  async sync () {
    let at
    const stuck = new Promise((resolve, reject) => setTimeout(async () => reject(new Error('stuck: ' + await where(at))), 60_000).unref())
    for (const link of client.links) {
      at = link
      for (let done = false; !done;) {
        const state = link.state
        if (state) {
          state.reSync()
          done = await Promise.race([state.awaitInSync(), replaced(link, state), stuck]) && link.state === state
        } else await Promise.race([sleep(1), stuck])
      }
    }
  },
  async dump () {
    const out = {}
    for (const [name, c] of Object.entries(client.database.collections)) {
      out[name] = Object.fromEntries((await c.find().exec()).map((d) => [d.primary, d.toJSON()]))
    }
    return { docs: out }
  },
  async sent () { return { sent } },
  async close () { online = true; await client.close() }
}

// where tells what a replication waits for.
async function where (link) {
  const pending = (promise) => Promise.race([promise.then(() => false, String), sleep(50).then(() => true)])
  const state = link.state, inner = state?.internalReplicationState
  return JSON.stringify({
    collection: state?.collection.name, stopped: state?.isStopped(), stats: inner?.stats,
    first: inner && { up: inner.firstSyncDone.up.getValue(), down: inner.firstSyncDone.down.getValue() },
    active: inner && { up: inner.events.active.up.getValue(), down: inner.events.active.down.getValue() },
    pending: inner && {
      up: await pending(inner.streamQueue.up), down: await pending(inner.streamQueue.down), checkpoint: await pending(inner.checkpointQueue),
      start: await pending(state.startPromise), idle: await pending(client.database.requestIdlePromise())
    },
    open: [...open.values()].map(([method, path, since]) => [method, path, Date.now() - since]), last
  })
}

async function replaced (link, state) {
  while (link.state === state) await sleep(5)
  return false
}

process.stdin.on('end', () => process.exit(0))
process.on('unhandledRejection', (error) => { console.error('unhandled', error); process.exit(1) })
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line)
  let answer
  try {
    answer = await commands[command.do](command) ?? {}
  } catch (error) {
    answer = { error: String(error.stack ?? error) }
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
process.exit(0)
