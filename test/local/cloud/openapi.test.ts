import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Probe, type Reply, startProbe } from './probe.ts'

const openapi = suite('local/cloud against the OpenAPI description')

/** Hetzner's own, which states no licence and so is not part of this repository: https://docs.hetzner.cloud/cloud.spec.json */
const specFile = path.resolve(import.meta.dirname, '../../../../shared/hetzner/cloud.spec.json')
const hasSpec = existsSync(specFile)
if (!hasSpec) process.stdout.write(`${specFile} is absent: answers are held against shapes written here instead\n`)

type Judge = (method: string, route: string, reply: Reply) => readonly string[]

/** Free addresses are `unassigned` since August 2026, which the description of July does not know yet. */
const withLaterValues = (text: string): string =>
  text.replaceAll(/"enum":\s*\[\s*"server"\s*\]/g, '"enum":["server","unassigned"]')

const judgeBySpec = (): Judge => {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  for (const format of ['int32', 'int64', 'double', 'decimal', 'xfs']) ajv.addFormat(format, true)
  const spec = JSON.parse(withLaterValues(readFileSync(specFile, 'utf8')))
  ajv.addSchema({ ...spec, $id: 'spec' })
  const pointerPart = (text: string): string => text.replaceAll('~', '~0').replaceAll('/', '~1')
  return (method, route, { status, body }) => {
    const key = status >= 500 ? '5xx' : status >= 400 ? '4xx' : String(status)
    const answers = spec.paths[route]?.[method.toLowerCase()]?.responses
    if (!answers?.[key]) return [`${method} ${route} has no answer ${key} in the description`]
    if (status === 204) return []
    const pointer = `spec#/paths/${pointerPart(route)}/${method.toLowerCase()}/responses/${key}/content/application~1json/schema`
    const validate = ajv.compile({ $ref: pointer })
    if (validate(body)) return []
    return (validate.errors ?? [])
      .slice(0, 3)
      .map((error) => `${method} ${route} ${status}: ${error.instancePath} ${error.message}`)
  }
}

/** Without the description: errors have their three keys, lists their paging, actions theirs, the rest one root. */
const judgeByHand: Judge = (method, route, { status, body }) => {
  if (status === 204) return []
  const keys = (value: unknown): string =>
    Object.keys(value ?? {})
      .sort()
      .join()
  const place = `${method} ${route} ${status}`
  if (status >= 400)
    return keys(body.error) === 'code,details,message' ? [] : [`${place}: error has ${keys(body.error)}`]
  const action = body.action ?? body.actions?.[0]
  const isAction = !action || keys(action) === 'command,error,finished,id,progress,resources,started,status'
  const isPaged =
    !body.meta || keys(body.meta.pagination) === 'last_page,next_page,page,per_page,previous_page,total_entries'
  return isAction && isPaged ? [] : [`${place}: ${keys(body)}`]
}

const judge = hasSpec ? judgeBySpec() : judgeByHand
const faults: string[] = []
let judged = 0
let probe: Probe

openapi.before(async () => {
  probe = await startProbe()
})
openapi.after(() => probe.close())

/** Asks, and holds the answer against the description. */
const ask = async (method: string, route: string, body?: unknown): Promise<Reply> => {
  const reply = await probe.call(method, route, body)
  const template = (route.split('?')[0] ?? '').replaceAll(/\/\d+/g, '/{id}')
  faults.push(...judge(method, template, reply))
  judged += 1
  return reply
}

const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKxLEm5hxXYkTzBHb5QPG9m2JrMh3nOTWyPzh9lBzHHj me'
const rules = [{ direction: 'in', protocol: 'tcp', port: '22', source_ips: ['0.0.0.0/0', '2001:DB8::/32'] }]

openapi('every answer of a whole life is as described', async () => {
  for (const list of [
    'locations',
    'server_types',
    'images',
    'servers',
    'networks',
    'firewalls',
    'ssh_keys',
    'placement_groups',
    'primary_ips',
    'floating_ips',
    'pricing',
  ]) {
    await ask('GET', `/${list}`)
  }
  const key = (await ask('POST', '/ssh_keys', { name: 'k', public_key: publicKey })).body.ssh_key.id
  const network = (
    await ask('POST', '/networks', {
      name: 'n',
      ip_range: '10.0.0.0/16',
      subnets: [{ type: 'cloud', network_zone: 'eu-central', ip_range: '10.0.1.0/24' }],
    })
  ).body.network.id
  const group = (await ask('POST', '/placement_groups', { name: 'g', type: 'spread' })).body.placement_group.id
  const firewall = (
    await ask('POST', '/firewalls', {
      name: 'f',
      rules,
      apply_to: [{ type: 'label_selector', label_selector: { selector: 'a=b' } }],
    })
  ).body.firewall.id
  const order = {
    name: 's',
    server_type: 'cpx22',
    image: 'debian-12',
    location: 'fsn1',
    ssh_keys: [key],
    networks: [network],
    firewalls: [{ firewall }],
    placement_group: group,
    labels: { a: 'b' },
  }
  const created = await ask('POST', '/servers', order)
  const server = created.body.server.id
  await ask('GET', `/servers/${server}`)
  await probe.settled()
  await ask('GET', `/actions/${created.body.action.id}`)
  await ask('GET', `/actions?id=${created.body.action.id}`)
  await ask('GET', `/servers/${server}/actions`)
  for (const route of [
    `/servers/${server}`,
    `/networks/${network}`,
    `/firewalls/${firewall}`,
    `/placement_groups/${group}`,
    `/ssh_keys/${key}`,
  ]) {
    await ask('GET', route)
    await ask('PUT', route, { labels: { a: 'b', c: 'd' } })
  }
  for (const [action, body] of [
    ['poweroff', undefined],
    ['poweron', undefined],
    ['reset', undefined],
    ['change_protection', { delete: true, rebuild: true }],
    ['change_protection', { delete: false, rebuild: false }],
    ['create_image', { type: 'snapshot', description: 'd' }],
    ['change_alias_ips', { network, alias_ips: ['10.0.1.77'] }],
    ['detach_from_network', { network }],
    ['attach_to_network', { network }],
    ['reset_password', undefined],
    ['rebuild', { image: 'debian-12' }],
  ] as const) {
    assert.is((await ask('POST', `/servers/${server}/actions/${action}`, body)).status, 201, action)
    await probe.settled()
  }
  const floating = (await ask('POST', '/floating_ips', { type: 'ipv4', home_location: 'fsn1', name: 'fip' })).body
    .floating_ip.id
  await ask('POST', `/floating_ips/${floating}/actions/assign`, { server })
  await probe.settled()
  await ask('GET', '/floating_ips')
  await ask('POST', `/floating_ips/${floating}/actions/unassign`)
  await probe.settled()
  const primary = (
    await ask('POST', '/primary_ips', { name: 'p', type: 'ipv4', location: 'fsn1', assignee_type: 'server' })
  ).body.primary_ip.id
  await ask('GET', '/primary_ips')
  await ask('POST', `/firewalls/${firewall}/actions/set_rules`, { rules })
  await probe.settled()
  await ask('POST', `/networks/${network}/actions/add_subnet`, {
    type: 'cloud',
    network_zone: 'eu-central',
    ip_range: '10.0.2.0/24',
  })
  await probe.settled()
  const images = await ask('GET', '/images?type=snapshot')
  assert.is((await ask('DELETE', `/servers/${server}`)).status, 200)
  await probe.settled()
  for (const route of [
    `/images/${images.body.images[0].id}`,
    `/floating_ips/${floating}`,
    `/primary_ips/${primary}`,
    `/networks/${network}`,
    `/placement_groups/${group}`,
    `/ssh_keys/${key}`,
  ]) {
    assert.is((await ask('DELETE', route)).status, 204, route)
  }
  assert.equal(faults, [])
  assert.ok(judged > 50, `${judged} answers`)
})

openapi('and every refusal', async () => {
  faults.length = 0
  const statuses = [
    await ask('GET', '/servers/1'),
    await ask('POST', '/servers', { name: 'x' }),
    await ask('POST', '/servers', { name: 'x', server_type: 'none', image: 'debian-12' }),
    await ask('POST', '/ssh_keys', { name: 'k', public_key: 'no key' }),
    await ask('POST', '/networks', { name: 'n', ip_range: '8.8.8.0/24' }),
    await ask('DELETE', '/firewalls/1'),
    await ask('GET', '/datacenters'),
  ].map(({ status }) => status)
  assert.equal(statuses, [404, 422, 422, 422, 422, 404, 410])
  assert.equal(faults, [])
})

openapi('an answer that is not as described is noticed', () => {
  const broken = { status: 404, headers: new Headers(), text: '', body: { error: { code: 'not_found' } } }
  assert.ok(judge('GET', '/servers/{id}', broken).length > 0)
})

openapi.run()
