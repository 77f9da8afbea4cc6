import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { assertSays } from './command.ts'
import { createLab } from './lab.ts'

const test = suite('machines from baked images')

const lab = createLab(test)
const laptop = lab.laptop('laptop')
const onMachine = (name: string, command: string): Promise<string> => lab.fleet().onMachine(name, command)

/** All that a machine is, a line each. */
const lookAt = async (name: string): Promise<readonly string[]> => {
  await lab.fleet().copyTo(name, path.join(import.meta.dirname, 'whole-machine.py'))
  return (await onMachine(name, 'cd /root; mv whole-machine.py /run; python3 /run/whole-machine.py')).split('\n')
}

/** Files, packages and units that two machines do not have alike. */
const differences = (one: readonly string[], other: readonly string[]): readonly string[] => {
  const [all, rest] = [new Set(one), new Set(other)]
  const lines = [...one.filter((line) => !rest.has(line)), ...other.filter((line) => !all.has(line))]
  return [...new Set(lines.map((line) => (line.startsWith('/') ? (line.split(' ')[0] ?? '') : line)))].sort()
}

/** What is of one machine, or of one generation, alone. */
const identity = ['/etc/machine-id', '/etc/ssh/ssh_host_ed25519_key', '/etc/ssh/ssh_host_ed25519_key.pub'] as const
const ofNameserver = [
  '/etc/bind/db.example.test',
  '/etc/bind/db.example2.test',
  '/etc/bind/named.conf',
  '/etc/bind/rndc.key',
]
const ofLb = ['/etc/dns-lb/blue.conf', '/etc/nftables.conf']
const names = ['/etc/hostname', '/etc/hosts']

const stock = new Map<string, readonly string[]>()

test('a fleet is made from the stock image', async () => {
  const { stderr } = await laptop.expect(0, 'bootstrap-infra', '--register')
  assertSays(stderr, /New nameservers are made from debian-12: no image is baked/)
  for (const name of ['ns1', 'lb1']) stock.set(name, await lookAt(name))
})

/** An installed package of which the archive has an older version too: `tzdata=2026b-0`. */
const findOlder = `for package in $(dpkg-query --show --showformat '\${Package} '); do
  version=$(apt-cache madison $package | cut -d '|' -f 2 | sort --version-sort | head -1 | tr -d ' ')
  [ -n "$version" ] && dpkg --compare-versions $version lt $(dpkg-query --show --showformat '\${Version}' $package) || continue
  apt-get install --simulate --quiet --quiet --allow-downgrades $package=$version >/dev/null 2>&1 || continue
  echo $package=$version; break
done`

let older = ''

test('images are baked beside it, which are behind by an update', async () => {
  older = (await onMachine('ns1', findOlder)).trim()
  assert.match(older, /^[a-z0-9.+-]+=\S+$/)
  const task = `    - name: Fall behind
      ansible.builtin.command: apt-get install --yes --allow-downgrades ${older}
      changed_when: true

    - name: Forget which machine it was`
  laptop.edit('ansible/images.yml', /^ {4}- name: Forget which machine it was/gm, task)
  await laptop.expect(0, 'bake-images')
  await lab.fleet().assertNothingBeside()
})

const forgotten =
  /^\/etc\/(ssh\/ssh_host|bind\/rndc\.key|nftables\.conf)|^\/root\/\.|^\/etc\/systemd\/.*\/(nftables|named)\.service$|^\/var\/(lib\/cloud|log\/journal)\//

test('an image has no key, nobody who may log in, no firewall, and no memory of its machine', () => {
  const snapshots = path.join(lab.twin().state, 'snapshots')
  const images = readdirSync(snapshots)
  assert.is(images.length, 2)
  for (const image of images) {
    const disk = path.join(snapshots, image, 'disk')
    const files = readdirSync(disk, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map((entry) => path.join('/', path.relative(disk, entry.parentPath), entry.name))
    assert.equal(
      files.filter((file) => forgotten.test(file)),
      [],
    )
    assert.is(readFileSync(path.join(disk, 'etc/machine-id'), 'utf8'), '')
    // what is written while it powers off
    const logs = files.filter((file) => file.startsWith('/var/log/') && file !== '/var/log/wtmp')
    for (const log of logs) assert.is(readFileSync(path.join(disk, log), 'utf8'), '', log)
  }
})

test('new lbs and nameservers are made from them', async () => {
  const { stderr } = await laptop.expect(7, 'rotate-lbs', '--yes-delete', '--no-wait')
  assertSays(stderr, /Create lb1-next \(generation \d+\) from lb-x86-\d+/)
  assertSays(stderr, /Create ns1-next \(generation \d+\) from ns-x86-\d+/)
})

test('and end in the same state, with all updates', async () => {
  const nameserver = differences(stock.get('ns1') ?? [], await lookAt('ns1'))
  // of the update
  const updated = '/var/lib/dpkg/status-old'
  assert.equal(nameserver, [...ofNameserver, ...identity, ...names, updated].sort())
  const lb = differences(stock.get('lb1') ?? [], await lookAt('lb1'))
  assert.equal(lb, [...ofLb, ...identity, ...names, updated].sort())
})

test('two machines of one image have nothing of their own in common', async () => {
  const [one, other] = [await lookAt('ns1'), await lookAt('ns2')]
  const notZones = ofNameserver.filter((file) => !file.includes('/db.'))
  assert.equal(differences(one, other), [...notZones, ...identity, ...names].sort())
  const fresh = 'cat /etc/machine-id /var/lib/cloud/data/instance-id; cut -d " " -f 1,2 /etc/ssh/ssh_host_*.pub'
  const [first, second] = await Promise.all(['ns1', 'ns2'].map((name) => onMachine(name, fresh)))
  const words = (text = ''): readonly string[] => text.trim().split(/\s+/)
  assert.is(words(first).length, 4, 'one host key')
  assert.equal(
    words(first).filter((word) => words(second).includes(word)),
    ['ssh-ed25519'],
  )
})

test('nothing on them has failed, and their firewalls let in whom they are to', async () => {
  for (const name of ['ns1', 'ns2', 'lb1']) {
    assert.is((await onMachine(name, 'systemctl is-system-running')).trim(), 'running')
    assert.match(await onMachine(name, 'cloud-init status'), /status: done/)
    const rules = await onMachine(name, 'nft list ruleset')
    // of infra.config.ts
    assert.match(rules, /set operators4 \{[^}]*198\.18\.0\.0\/16/)
    assert.match(rules, /hook input priority filter; policy drop;/)
  }
})

test.run()
